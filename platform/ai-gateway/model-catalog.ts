/** What a model is for. */
export type ModelKind = "chat" | "embedding" | "rerank" | "speech";

/**
 * How a model writes its answers. `response`: Workers AI's own fields (`{response, tool_calls, usage}`).
 * `openai`: chat completion objects (`choices[].message`, streamed as `choices[].delta`).
 */
export type OutputShape = "response" | "openai";

/** Price in micro-USD (millionths of a dollar) per million tokens. */
export interface TokenPrice {
  readonly inMicroUsd: number;
  readonly outMicroUsd: number;
}

/** Facts of one model. */
export interface CatalogEntry {
  readonly id: string;
  readonly kind: ModelKind;
  /** Tokens of prompt and answer together (chat), or that the model looks at of one text (others). */
  readonly contextTokens: number;
  /** Most tokens of one answer: nothing but the context window bounds it. 0 for models that write no text. */
  readonly maxOutputTokens: number;
  /** Undefined when the model is not billed by tokens, or its price is not known. */
  readonly price: TokenPrice | undefined;
  /** Price of a character to say, micro-USD, of a speech model. */
  readonly microUsdPerCharacter?: number;
  readonly shape: OutputShape;
  /** Whether it takes `tools`. */
  readonly hasTools: boolean;
  /** Whether it takes `response_format`. */
  readonly hasJsonMode: boolean;
  /** Values per vector, of an embedding model. */
  readonly dimensions: number | undefined;
}

type Features = Partial<
  Pick<CatalogEntry, "shape" | "hasTools" | "hasJsonMode" | "dimensions" | "microUsdPerCharacter">
>;

/** Prices in dollars per million tokens of input and output. */
type Dollars = readonly [input: number, output: number] | undefined;

function entry(id: string, kind: ModelKind, contextTokens: number, dollars: Dollars, features: Features): CatalogEntry {
  return {
    id,
    kind,
    contextTokens,
    maxOutputTokens: kind === "chat" ? contextTokens : 0,
    price: dollars && { inMicroUsd: Math.round(dollars[0] * 1e6), outMicroUsd: Math.round(dollars[1] * 1e6) },
    shape: "response",
    hasTools: false,
    hasJsonMode: false,
    dimensions: undefined,
    ...features,
  };
}

const chat = (id: string, contextTokens: number, dollars: Dollars, features: Features = {}): CatalogEntry =>
  entry(id, "chat", contextTokens, dollars, features);
const embedding = (id: string, contextTokens: number, dimensions: number, dollarsIn: number): CatalogEntry =>
  entry(id, "embedding", contextTokens, [dollarsIn, 0], { dimensions });
const speech = (id: string, microUsdPerCharacter: number): CatalogEntry =>
  entry(id, "speech", 8_192, undefined, { microUsdPerCharacter });

const TOOLS = { hasTools: true } as const;
const TOOLS_AND_JSON = { hasTools: true, hasJsonMode: true } as const;
const OPENAI = { shape: "openai", hasTools: true, hasJsonMode: true } as const;

/**
 * The Workers AI models with known facts. A config may name others; they have no price here.
 *
 * Sources: prices from developers.cloudflare.com/workers-ai/platform/pricing (state of 2026-07-09); those of bge-m3 and
 * bge-reranker-base and of speech from their model pages. MeloTTS is billed by the minute of audio, which is taken for 300
 * characters: a third of what is said of English, about what is said of Chinese. Context windows and features from the model pages,
 * developers.cloudflare.com/workers-ai/models/<name>. `llama-3.1-8b-instruct-fast` is on no price list: its price is unknown.
 */
export const MODEL_CATALOG: readonly CatalogEntry[] = [
  chat("@cf/meta/llama-3.3-70b-instruct-fp8-fast", 24_000, [0.293, 2.253], TOOLS_AND_JSON),
  chat("@cf/meta/llama-3.1-70b-instruct-fp8-fast", 24_000, [0.293, 2.253], { hasJsonMode: true }),
  chat("@cf/meta/llama-3.1-8b-instruct", 7_968, [0.282, 0.827], { hasJsonMode: true }),
  chat("@cf/meta/llama-3.1-8b-instruct-fp8", 32_000, [0.152, 0.287]),
  chat("@cf/meta/llama-3.1-8b-instruct-fp8-fast", 60_000, [0.045, 0.384], { hasJsonMode: true }),
  chat("@cf/meta/llama-3.1-8b-instruct-fast", 60_000, undefined, TOOLS_AND_JSON),
  chat("@cf/meta/llama-3.2-1b-instruct", 60_000, [0.027, 0.201]),
  chat("@cf/meta/llama-3.2-3b-instruct", 128_000, [0.051, 0.335]),
  chat("@cf/meta/llama-4-scout-17b-16e-instruct", 131_000, [0.27, 0.85], TOOLS_AND_JSON),
  chat("@cf/mistral/mistral-7b-instruct-v0.1", 2_824, [0.11, 0.19]),
  chat("@cf/mistralai/mistral-small-3.1-24b-instruct", 128_000, [0.351, 0.555], TOOLS),
  chat("@cf/qwen/qwen2.5-coder-32b-instruct", 32_768, [0.66, 1]),
  chat("@cf/qwen/qwen3-30b-a3b-fp8", 32_768, [0.051, 0.335], OPENAI),
  chat("@cf/google/gemma-3-12b-it", 80_000, [0.345, 0.556]),
  chat("@cf/openai/gpt-oss-20b", 128_000, [0.2, 0.3], OPENAI),
  chat("@cf/openai/gpt-oss-120b", 128_000, [0.35, 0.75], OPENAI),
  embedding("@cf/baai/bge-small-en-v1.5", 512, 384, 0.02),
  embedding("@cf/baai/bge-base-en-v1.5", 512, 768, 0.067),
  embedding("@cf/baai/bge-large-en-v1.5", 512, 1_024, 0.204),
  embedding("@cf/baai/bge-m3", 8_192, 1_024, 0.012),
  entry("@cf/baai/bge-reranker-base", "rerank", 512, [0.003, 0], {}),
  speech("@cf/deepgram/aura-1", 15),
  speech("@cf/deepgram/aura-2-en", 30),
  speech("@cf/deepgram/aura-2-es", 30),
  speech("@cf/myshell-ai/melotts", 0.67),
];

const byId = new Map(MODEL_CATALOG.map((model) => [model.id, model]));

/** Facts of a model; undefined for one that only a config knows. */
export function catalogEntry(id: string): CatalogEntry | undefined {
  return byId.get(id);
}

/** How a model writes. One that is not in the catalog: its own fields on Workers AI, OpenAI's shape elsewhere. */
export function outputShapeOf(id: string): OutputShape {
  return byId.get(id)?.shape ?? (/^@(cf|hf)\//.test(id) && !id.startsWith("@cf/openai/") ? "response" : "openai");
}

/** Context window of a model that only a config knows: small, so that a long conversation is not refused. */
const UNKNOWN_CONTEXT_TOKENS = 8_192;

/** Tokens of prompt and answer that every model of a chain takes. */
export function chainContextTokens(models: readonly string[]): number {
  return Math.min(...models.map((id) => byId.get(id)?.contextTokens ?? UNKNOWN_CONTEXT_TOKENS));
}
