/** What a model does, which decides how its inputs and outputs look. */
export type ModelTask = "chat" | "embeddings" | "reranking" | "speech";

/** Facts of one model, from its page in the Workers AI docs. */
export interface ModelFacts {
  readonly id: string;
  readonly task: ModelTask;
  /** Tokens of input and output together (chat), or that an embedding looks at; more of a text is ignored. */
  readonly contextTokens: number;
  /** Values per vector, of an embedding model. */
  readonly dimensions?: number;
  /** `response`: Workers AI's own fields. `openai`: chat completion objects, streamed as `choices[].delta`. */
  readonly shape: "response" | "openai";
}

/** Context window of a chat model that is not in the table: small, so that code which relies on more is found. */
const defaultContextTokens = 8_192;

const chat = (id: string, contextTokens: number, shape: ModelFacts["shape"] = "response"): ModelFacts => ({
  id,
  task: "chat",
  contextTokens,
  shape,
});

const embeddings = (id: string, dimensions: number, contextTokens: number): ModelFacts => ({
  id,
  task: "embeddings",
  contextTokens,
  dimensions,
  shape: "response",
});

const other = (id: string, task: ModelTask, contextTokens: number): ModelFacts => ({
  id,
  task,
  contextTokens,
  shape: "response",
});

/** The models with known facts. */
export const modelCatalog: readonly ModelFacts[] = [
  chat("@cf/meta/llama-3.3-70b-instruct-fp8-fast", 24_000),
  chat("@cf/meta/llama-3.1-8b-instruct", 7_968),
  chat("@cf/meta/llama-3.1-8b-instruct-fp8", 32_000),
  chat("@cf/meta/llama-3.1-8b-instruct-fast", 60_000),
  chat("@cf/meta/llama-3.2-1b-instruct", 60_000),
  chat("@cf/meta/llama-3.2-3b-instruct", 128_000),
  chat("@cf/meta/llama-4-scout-17b-16e-instruct", 131_000),
  chat("@cf/mistral/mistral-7b-instruct-v0.1", 2_824),
  chat("@cf/mistralai/mistral-small-3.1-24b-instruct", 128_000),
  chat("@cf/qwen/qwen2.5-coder-32b-instruct", 32_768),
  chat("@cf/qwen/qwen3-30b-a3b-fp8", 32_768, "openai"),
  chat("@cf/google/gemma-3-12b-it", 80_000),
  chat("@cf/openai/gpt-oss-20b", 128_000, "openai"),
  chat("@cf/openai/gpt-oss-120b", 128_000, "openai"),
  embeddings("@cf/baai/bge-small-en-v1.5", 384, 512),
  embeddings("@cf/baai/bge-base-en-v1.5", 768, 512),
  embeddings("@cf/baai/bge-large-en-v1.5", 1_024, 512),
  embeddings("@cf/baai/bge-m3", 1_024, 8_192),
  other("@cf/baai/bge-reranker-base", "reranking", 512),
  other("@cf/myshell-ai/melotts", "speech", defaultContextTokens),
  other("@cf/deepgram/aura-1", "speech", defaultContextTokens),
  other("@cf/deepgram/aura-2-en", "speech", defaultContextTokens),
  other("@cf/deepgram/aura-2-es", "speech", defaultContextTokens),
];

/** Authors whose other models are taken for chat models. */
const chatAuthors =
  /^@(?:cf|hf)\/(?:meta|meta-llama|mistral|mistralai|openai|qwen|google|deepseek-ai|ibm-granite|zai-org|moonshotai|nvidia)\//;

const byId = new Map(modelCatalog.map((facts) => [facts.id, facts]));

/** Facts of a model; `undefined` when the service would say that there is no such model. */
export function findModel(id: string): ModelFacts | undefined {
  return (
    byId.get(id) ??
    (chatAuthors.test(id) && !id.includes("whisper") ? chat(id, defaultContextTokens, shapeOf(id)) : undefined)
  );
}

function shapeOf(id: string): ModelFacts["shape"] {
  return id.includes("/gpt-oss") ? "openai" : "response";
}
