import { asArray, asObject, isObject, type JsonObject } from "#ai-gateway/json-value";
import type { FinishReason, TokenUsage } from "#ai-gateway/model-client";
import { ModelFailure } from "#ai-gateway/model-failure";

/** A tool call, or a piece of one. */
export interface ToolCallDelta {
  /** Which of the answer's calls it belongs to; undefined for a whole call, which is one of its own. */
  readonly index: number | undefined;
  readonly id: string | undefined;
  readonly name: string;
  /** JSON text: what is to be added to the arguments so far. */
  readonly arguments: string;
}

/** What one event of a model's stream, or a whole answer, says, whichever of the two known shapes it has. */
export interface ModelDelta {
  readonly text: string;
  readonly toolCalls: readonly ToolCallDelta[];
  readonly usage: TokenUsage | undefined;
  readonly finishReason: FinishReason | undefined;
  /** The model thinks aloud: not part of the answer, but a sign of life. */
  readonly isReasoning: boolean;
  /** False when it has none of the fields of a model's answer. */
  readonly isModelAnswer: boolean;
}

/**
 * Reads `{response, tool_calls, usage}` (Workers AI) or `{choices: [{delta | message, finish_reason}], usage}` (OpenAI).
 * @throws ModelFailure `unavailable` when it is no JSON object, or tells an error.
 */
export function readDelta(json: string): ModelDelta {
  const event = parseObject(json);
  const { error } = event;
  if ((error !== undefined && error !== null) || asArray(event["errors"]).length > 0)
    throw new ModelFailure("unavailable", `the answer carries an error: ${json.slice(0, 200)}`);
  const choice = asObject(asArray(event["choices"])[0]);
  const message = choice["delta"] === undefined ? asObject(choice["message"]) : asObject(choice["delta"]);
  const usage = readUsage(event["usage"]);
  return {
    text: readText(message["content"] ?? event["response"]),
    toolCalls: readToolCalls(message["tool_calls"], event["tool_calls"]),
    usage,
    finishReason: readFinishReason(choice["finish_reason"] ?? event["finish_reason"]),
    isReasoning: Boolean(message["reasoning_content"]) || Boolean(message["reasoning"]),
    isModelAnswer:
      "response" in event || "choices" in event || Array.isArray(event["tool_calls"]) || usage !== undefined,
  };
}

/** Reads `{prompt_tokens, completion_tokens}`, the second 0 when missing; `undefined` unless they are numbers. */
export function readUsage(value: unknown): TokenUsage | undefined {
  if (value === undefined) return undefined;
  const { prompt_tokens: tokensIn, completion_tokens: tokensOut = 0 } = asObject(value);
  if (!isCount(tokensIn) || !isCount(tokensOut)) return undefined;
  return { tokensIn, tokensOut, isEstimate: false };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** A token of digits comes as a number, an answer in JSON mode as an object. */
function readText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

const NO_CALLS: readonly ToolCallDelta[] = [];

/** Calls of either shape. Most events have none. */
function readToolCalls(ofMessage: unknown, ofEvent: unknown): readonly ToolCallDelta[] {
  if (ofMessage === undefined && ofEvent === undefined) return NO_CALLS;
  return [...asArray(ofMessage), ...asArray(ofEvent)].map(readToolCall);
}

function readToolCall(value: unknown): ToolCallDelta {
  const call = asObject(value);
  const target = isObject(call["function"]) ? call["function"] : call;
  const { name, arguments: given } = target;
  const { id, index } = call;
  return {
    index: typeof index === "number" ? index : undefined,
    id: typeof id === "string" && id !== "" ? id : undefined,
    name: typeof name === "string" ? name : "",
    arguments: readText(given),
  };
}

function readFinishReason(value: unknown): FinishReason | undefined {
  switch (value) {
    case "stop":
    case "tool_calls":
    case "content_filter":
    case "length":
      return value;
    case "max_tokens":
      return "length";
    default:
      return typeof value === "string" && value !== "" ? "stop" : undefined;
  }
}

function parseObject(json: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new ModelFailure("unavailable", "the answer is not JSON", { cause: error });
  }
  if (isObject(value)) return value;
  throw new ModelFailure("unavailable", "the answer is no JSON object");
}
