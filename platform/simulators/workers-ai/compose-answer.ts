import type { ScriptedToolCall } from "#simulators/contract/control-messages";
import { answerExtractively } from "./answer-extractively.js";
import { buildJson } from "./build-json.js";
import type { ChatRequest } from "./chat-request.js";
import { chooseTool } from "./choose-tool.js";
import { splitTokens } from "./count-tokens.js";
import { materialOf } from "./material.js";

/** What a chat model answers, before it takes the shape of a model family. */
export interface ChatAnswer {
  /** The answer in pieces of about a token. */
  readonly tokens: readonly string[];
  readonly toolCalls: readonly ScriptedToolCall[];
  /** The answer as a value, when the caller asked for JSON. */
  readonly json: unknown;
  readonly finishReason: "stop" | "length" | "tool_calls";
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** The answer of the simulated chat model: a tool call, JSON, or sentences from the messages. */
export function composeAnswer(request: ChatRequest): ChatAnswer {
  const call = chooseTool(request);
  if (call !== undefined) return answerOf(request, "", [call]);
  const text = answerExtractively(request.messages);
  if (request.jsonSchema === undefined) return answerOf(request, text, []);
  const material = materialOf(request.messages);
  const json = buildJson({ type: "object", ...request.jsonSchema }, { text, material });
  return { ...answerOf({ ...request, maxTokens: Number.POSITIVE_INFINITY }, JSON.stringify(json), []), json };
}

/** An answer with this text and these tool calls, cut at the caller's `max_tokens`. */
export function answerOf(
  { maxTokens, promptTokens }: ChatRequest,
  text: string,
  toolCalls: readonly ScriptedToolCall[],
): ChatAnswer {
  const all = splitTokens(text);
  const tokens = all.slice(0, maxTokens);
  const callTokens = toolCalls.reduce((sum, call) => sum + splitTokens(JSON.stringify(call)).length, 0);
  const finishReason = toolCalls.length > 0 ? "tool_calls" : tokens.length < all.length ? "length" : "stop";
  return {
    tokens,
    toolCalls,
    json: undefined,
    finishReason,
    promptTokens,
    completionTokens: tokens.length + callTokens,
  };
}
