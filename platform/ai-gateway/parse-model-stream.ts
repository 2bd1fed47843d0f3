import { estimateTokens } from "#ai-gateway/estimate-tokens";
import type { FinishReason, TextPart, TokenUsage } from "#ai-gateway/model-client";
import { PlatformError } from "#base/errors";
import { decodeEvents } from "#base/server-sent-events";

/** What one event of a model's stream says, whichever of the two known shapes it has. */
interface ModelDelta {
  readonly text: string;
  readonly usage: TokenUsage | undefined;
  readonly finishReason: FinishReason | undefined;
}

/**
 * Reads the event stream of a text model: `{"response": "…"}` (Workers AI) or `{"choices":[{"delta":{"content":"…"}}]}`
 * (OpenAI's shape), at any chunk boundary. Empty pieces are skipped, whatever follows `[DONE]` is ignored.
 * Always ends with one `end` part; its usage is the provider's, else an estimate from `prompt` and the text produced.
 *
 * @throws PlatformError `model_unavailable` when the stream carries an error or something that is no model event.
 */
export async function* parseModelStream(body: AsyncIterable<Uint8Array>, prompt: string): AsyncGenerator<TextPart> {
  let produced = "";
  let usage: TokenUsage | undefined;
  let finishReason: FinishReason = "stop";
  for await (const { data } of decodeEvents(body)) {
    if (data.trim() === "[DONE]") break;
    const delta = readDelta(data);
    usage = delta.usage ?? usage;
    finishReason = delta.finishReason ?? finishReason;
    if (delta.text === "") continue;
    produced += delta.text;
    yield { type: "text", text: delta.text };
  }
  yield { type: "end", usage: usage ?? estimateUsage(prompt, produced), finishReason };
}

/** Usage of an answer whose provider told none. */
export function estimateUsage(prompt: string, produced: string): TokenUsage {
  return { tokensIn: estimateTokens(prompt), tokensOut: estimateTokens(produced), isEstimate: true };
}

function readDelta(data: string): ModelDelta {
  const event = parseObject(data);
  if (event["error"] !== undefined || event["errors"] !== undefined)
    throw brokenStream(`the stream carried an error: ${data.slice(0, 300)}`);
  const choice = asObject(asArray(event["choices"])[0]);
  const content = asObject(choice["delta"])["content"] ?? event["response"];
  return {
    text: typeof content === "string" ? content : typeof content === "number" ? String(content) : "",
    usage: readUsage(event["usage"]),
    finishReason: readFinishReason(choice["finish_reason"] ?? event["finish_reason"]),
  };
}

/** Reads `{prompt_tokens, completion_tokens}`; `undefined` unless both are numbers. */
export function readUsage(value: unknown): TokenUsage | undefined {
  const { prompt_tokens: tokensIn, completion_tokens: tokensOut } = asObject(value);
  if (typeof tokensIn !== "number" || typeof tokensOut !== "number") return undefined;
  return { tokensIn, tokensOut, isEstimate: false };
}

function readFinishReason(value: unknown): FinishReason | undefined {
  if (value === "length" || value === "max_tokens") return "length";
  return value === "stop" ? "stop" : undefined;
}

function parseObject(data: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(data));
  } catch (error) {
    throw brokenStream("an event is not JSON", error);
  }
}

function brokenStream(reason: string, cause?: unknown): PlatformError {
  return new PlatformError("model_unavailable", "The model's answer broke off. Try again.", {
    cause: new Error(reason, { cause }),
  });
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
