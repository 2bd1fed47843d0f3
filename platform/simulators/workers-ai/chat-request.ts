import { AiRefusal } from "./errors.js";
import type { ModelFacts } from "./model-catalog.js";
import { countTokens } from "./count-tokens.js";
import { badInput, type ChatMessage, parseMessages } from "./parse-messages.js";

/** A tool that the caller offers. */
export interface OfferedTool {
  readonly name: string;
  /** JSON schema of the arguments. */
  readonly parameters: JsonSchema;
}

/** The part of JSON schema that answers are made from. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** A call of a chat model, read and within its limits. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly OfferedTool[];
  /** Tool that must be called. */
  readonly requiredTool: string | undefined;
  /** Schema that the answer must fit; `{}` when any JSON object will do. */
  readonly jsonSchema: JsonSchema | undefined;
  readonly stream: boolean;
  readonly maxTokens: number;
  readonly promptTokens: number;
}

/** Model pages: `max_tokens` is 256 unless the caller says otherwise. */
const defaultMaxTokens = 256;

/**
 * Reads the inputs of a chat model.
 *
 * @throws AiRefusal `badInput`, or `contextWindow` when prompt and answer together would not fit.
 */
export function parseChatRequest(inputs: Readonly<Record<string, unknown>>, model: ModelFacts): ChatRequest {
  const messages = parseMessages(inputs);
  const tools = parseTools(inputs["tools"]);
  const stream = inputs["stream"] === true;
  const maxTokens = parseMaxTokens(
    inputs["max_completion_tokens"] ?? inputs["max_tokens"] ?? inputs["max_output_tokens"],
  );
  const promptTokens = messages.reduce((sum, { content }) => sum + countTokens(content) + 4, 0);
  const wanted = promptTokens + maxTokens;
  if (wanted > model.contextTokens) {
    throw AiRefusal.of(
      "contextWindow",
      `The estimated number of input and maximum output tokens (${wanted}) exceeded this model context window limit (${model.contextTokens}).`,
    );
  }
  const jsonSchema = parseResponseFormat(inputs["response_format"]);
  if (jsonSchema !== undefined && stream && model.shape === "response") {
    // "JSON Mode": "JSON Mode currently doesn't support streaming".
    throw badInput("JSON Mode does not support streaming");
  }
  return {
    messages,
    tools,
    requiredTool: requiredTool(inputs["tool_choice"], tools),
    jsonSchema,
    stream,
    maxTokens,
    promptTokens,
  };
}

function parseMaxTokens(value: unknown): number {
  if (value === undefined || value === null) return defaultMaxTokens;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1)
    throw badInput("Type mismatch of '/max_tokens', not a positive integer");
  return value;
}

function parseTools(tools: unknown): OfferedTool[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) throw badInput("Type mismatch of '/tools', not an array");
  return tools.map((tool: unknown, index) => {
    const { function: wrapped, ...plain } = (tool ?? {}) as { function?: unknown };
    const { name, parameters } = (wrapped ?? plain) as { name?: unknown; parameters?: JsonSchema };
    if (typeof name !== "string" || name === "") throw badInput(`required properties at '/tools/${index}' are 'name'`);
    return { name, parameters: parameters ?? {} };
  });
}

function requiredTool(choice: unknown, tools: readonly OfferedTool[]): string | undefined {
  if (choice === "required" || choice === "any") return tools[0]?.name;
  const { name, function: wrapped } = (choice ?? {}) as { name?: unknown; function?: { name?: unknown } };
  const wanted = wrapped?.name ?? name;
  return typeof wanted === "string" ? wanted : undefined;
}

function parseResponseFormat(format: unknown): JsonSchema | undefined {
  const { type, json_schema: given } = (format ?? {}) as {
    type?: unknown;
    json_schema?: { schema?: JsonSchema } & JsonSchema;
  };
  if (type === "json_object") return {};
  if (type !== "json_schema") return undefined;
  if (typeof given !== "object") throw badInput("required properties at '/response_format' are 'json_schema'");
  return given.schema ?? given;
}
