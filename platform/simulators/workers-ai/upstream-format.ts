import type { ScriptedToolCall } from "#simulators/contract/control-messages";
import { type TokenUsage, usageOf } from "./answer-shape.js";
import { AiRefusal } from "./errors.js";
import type { ModelFacts } from "./model-catalog.js";
import type { StreamedEvent } from "./stream-events.js";

/** What is read of an OpenAI chat completion, chunk of one, or list of embeddings. */
export interface CompletionBody {
  readonly choices?: readonly {
    readonly message?: CompletionMessage;
    readonly delta?: CompletionMessage;
    readonly finish_reason?: string | null;
  }[];
  readonly data?: readonly { readonly index?: number; readonly embedding?: readonly number[] }[];
  readonly usage?: Partial<TokenUsage> | null;
  readonly error?: unknown;
}

interface CompletionMessage {
  readonly content?: string | null;
  readonly tool_calls?: readonly ToolCallDelta[];
}

interface ToolCallDelta {
  readonly index?: number;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

/** Inputs that both sides call the same. */
const sharedInputs = [
  "max_tokens",
  "max_completion_tokens",
  "temperature",
  "top_p",
  "seed",
  "frequency_penalty",
  "presence_penalty",
  "stop",
];

/** The body of `POST /chat/completions` for the inputs of `env.AI.run`. */
export function chatBody(inputs: Readonly<Record<string, unknown>>, model: string): Record<string, unknown> {
  const messages = inputs["messages"] ?? inputs["input"] ?? [{ role: "user", content: inputs["prompt"] }];
  const body: Record<string, unknown> = {
    model,
    messages:
      typeof messages === "string" ? [{ role: "user", content: messages }] : (messages as unknown[]).map(openAiMessage),
    stream: inputs["stream"] === true,
  };
  if (inputs["stream"] === true) body["stream_options"] = { include_usage: true };
  for (const name of sharedInputs) if (inputs[name] !== undefined) body[name] = inputs[name];
  if (Array.isArray(inputs["tools"])) body["tools"] = inputs["tools"].map(openAiTool);
  if (inputs["tool_choice"] !== undefined) body["tool_choice"] = inputs["tool_choice"];
  if (inputs["response_format"] !== undefined) body["response_format"] = openAiFormat(inputs["response_format"]);
  return body;
}

/** Tool calls in an assistant's message: `{name, arguments: {…}}` becomes the nested form with arguments as text. */
function openAiMessage(message: unknown): unknown {
  const { tool_calls: calls, ...rest } = message as { tool_calls?: unknown };
  if (!Array.isArray(calls)) return message;
  return { ...rest, tool_calls: calls.map(openAiCall) };
}

function openAiCall(call: unknown, index: number): unknown {
  const {
    name,
    arguments: input,
    function: nested,
    id,
  } = call as { name?: string; arguments?: unknown; function?: unknown; id?: string };
  if (nested !== undefined) return call;
  const text = typeof input === "string" ? input : JSON.stringify(input ?? {});
  return { id: id ?? `call_${index}`, type: "function", function: { name, arguments: text } };
}

function openAiTool(tool: unknown): unknown {
  return (tool as { function?: unknown }).function === undefined ? { type: "function", function: tool } : tool;
}

/** Workers AI takes the schema itself, OpenAI one with a name around it. */
function openAiFormat(format: unknown): unknown {
  const { type, json_schema: schema } = format as { type?: string; json_schema?: { schema?: unknown } };
  if (type !== "json_schema" || schema?.schema !== undefined) return format;
  return { type, json_schema: { name: "answer", schema } };
}

/** A whole chat completion in Workers AI's own fields. */
export function wholeAnswer({ choices, usage }: CompletionBody, isJsonMode: boolean): unknown {
  const message = choices?.[0]?.message;
  if (message === undefined) throw AiRefusal.of("internal", "AiError: the model server's answer has no message");
  const calls = (message.tool_calls ?? []).map((call) => toolCall(call.function?.name, call.function?.arguments));
  const text = message.content ?? (calls.length > 0 ? null : "");
  return {
    response: isJsonMode && typeof text === "string" ? parsedOr(text) : text,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    usage: fullUsage(usage),
  };
}

/** `{data: [{embedding}]}` as `{shape, data, pooling}`. */
export function embeddingAnswer({ data, usage }: CompletionBody, expected: number): unknown {
  const sorted = [...(data ?? [])]
    .sort((a, b) => (a.index ?? 0) - (b.index ?? 0))
    .map(({ embedding }) => embedding ?? []);
  if (sorted.length !== expected || sorted.some((vector) => vector.length === 0)) {
    throw AiRefusal.of("internal", `AiError: the model server gave ${sorted.length} embeddings for ${expected} texts`);
  }
  return { shape: [sorted.length, sorted[0]?.length ?? 0], data: sorted, pooling: "mean", usage: fullUsage(usage) };
}

/** Turns the events of an OpenAI stream into those of a Workers AI model. */
export class UpstreamTranslator {
  readonly #shape: ModelFacts["shape"];
  readonly #calls: { name: string; text: string }[] = [];
  #isDone = false;
  usage: TokenUsage | undefined;

  constructor(shape: ModelFacts["shape"]) {
    this.#shape = shape;
  }

  /** Whether `[DONE]` has come: there are no further events. */
  get isDone(): boolean {
    return this.#isDone;
  }

  *push(data: string): Generator<StreamedEvent> {
    if (this.#isDone) return;
    if (data.trim() === "[DONE]") {
      yield* this.#finish();
      return;
    }
    const chunk = JSON.parse(data) as CompletionBody;
    if (chunk.error !== undefined) throw new Error(`the model server's stream carried an error: ${data.slice(0, 300)}`);
    if (chunk.usage) this.usage = fullUsage(chunk.usage);
    const delta = chunk.choices?.[0]?.delta;
    const text = delta?.content ?? "";
    for (const call of delta?.tool_calls ?? []) this.#addCall(call);
    if (this.#shape === "openai") yield { data, isToken: text !== "" };
    else if (text !== "") yield { data: { response: text }, isToken: true };
  }

  /** At the end of the bytes. A stream that ended without `[DONE]` broke, and so does ours. */
  end(): void {
    if (!this.#isDone) throw new Error("the model server's stream ended without [DONE]");
  }

  *#finish(): Generator<StreamedEvent> {
    this.#isDone = true;
    if (this.#shape === "response") {
      const calls = this.#calls.map(({ name, text }) => toolCall(name, text));
      if (calls.length > 0) yield { data: { response: "", tool_calls: calls }, isToken: true };
      yield { data: { response: "", usage: fullUsage(this.usage) }, isToken: false };
    }
    yield { data: "[DONE]", isToken: false };
  }

  #addCall({ index = 0, function: piece }: ToolCallDelta): void {
    const call = (this.#calls[index] ??= { name: "", text: "" });
    call.name += piece?.name ?? "";
    call.text += piece?.arguments ?? "";
  }
}

function toolCall(name: string | undefined, text: string | undefined): ScriptedToolCall {
  const input = parsedOr(text === undefined || text === "" ? "{}" : text);
  return { name: name ?? "", arguments: input as Record<string, unknown> };
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The model broke its promise of JSON; the caller gets what it wrote.
    return text;
  }
}

function fullUsage(usage: Partial<TokenUsage> | null | undefined): TokenUsage {
  return usageOf(usage?.prompt_tokens ?? 0, usage?.completion_tokens ?? 0);
}
