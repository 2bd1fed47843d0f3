import { estimateUsage } from "#ai-gateway/estimate-tokens";
import type { FinishReason, TextPart, TokenUsage } from "#ai-gateway/model-client";
import { ModelFailure } from "#ai-gateway/model-failure";
import { type ModelDelta, readDelta } from "#ai-gateway/read-delta";
import { StopSequences } from "#ai-gateway/stop-sequences";
import { ToolCallCollector } from "#ai-gateway/tool-call-collector";
import { EventParser } from "#base/server-sent-events";

export interface ParserOptions {
  /** The prompt's text, read only when usage has to be estimated. */
  readonly promptText: () => string;
  readonly stop?: readonly string[];
  /** Most tokens that the model was allowed to say: one that says so many was cut, whether it tells or not. */
  readonly maxTokens?: number;
  /** Ids for tool calls that come without one. */
  readonly newCallId?: () => string;
}

/**
 * Reads the answer of a text model, a chunk of bytes at a time and without waiting for anything: event streams of both known
 * shapes, cut anywhere, or a whole answer as JSON. Empty pieces are skipped, whatever follows `[DONE]` is ignored.
 *
 * An answer is complete after `[DONE]`; without it, after a finish reason or a last event that only tells the usage. One that
 * ends otherwise was cut: Workers AI always sends `[DONE]`, and half an answer must not be kept for a whole one.
 *
 * @throws ModelFailure `unavailable` when the stream carries an error or something that is no model event.
 */
export class ModelStreamParser {
  readonly #events = new EventParser();
  readonly #decoder = new TextDecoder();
  readonly #promptText: () => string;
  readonly #stop: StopSequences;
  readonly #maxTokens: number;
  readonly #toolCalls: ToolCallCollector;
  #produced = "";
  #usage: TokenUsage | undefined;
  #finishReason: FinishReason | undefined;
  #hasClosingUsage = false;
  #hasToolCalls = false;
  #isAlive = false;
  #isDone = false;
  #broken: ModelFailure | undefined;

  constructor({ promptText, stop = [], maxTokens = Infinity, newCallId = randomCallId }: ParserOptions) {
    this.#promptText = promptText;
    this.#stop = new StopSequences(stop);
    this.#maxTokens = maxTokens;
    this.#toolCalls = new ToolCallCollector(newCallId);
  }

  /** Whether the model has begun to say something, be it held back here. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Whether `end` was returned: nothing more will come. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Whether the answer was ended here, at a stop sequence: the model may go on. */
  get isStopped(): boolean {
    return this.#stop.isStopped;
  }

  /** Usage of what came so far. */
  get usage(): TokenUsage {
    return this.#usage ?? estimateUsage(this.#promptText(), this.#produced);
  }

  /** Throws what is wrong after the parts returned last: they came before it. */
  throwIfBroken(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Takes the next bytes of an event stream. */
  push(bytes: Uint8Array): TextPart[] {
    return this.#pushText(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Takes the end of the event stream. A last event without its blank line counts. */
  finish(): TextPart[] {
    const parts = this.#pushText(`${this.#decoder.decode()}\n\n`);
    if (this.#isDone || this.#broken !== undefined) return parts;
    if (this.#finishReason === undefined && !this.#hasClosingUsage)
      this.#break(new ModelFailure("unavailable", "the stream ended in the middle of the answer"), parts);
    else this.#end(parts);
    return parts;
  }

  /** Takes a whole answer instead of a stream. */
  pushWhole(json: string): TextPart[] {
    const delta = readDelta(json);
    if (!delta.isModelAnswer) throw new ModelFailure("unavailable", "the answer has no field of a model's answer");
    const parts: TextPart[] = [];
    this.#take(delta, parts);
    if (!this.#isDone) this.#end(parts);
    return parts;
  }

  #pushText(text: string): TextPart[] {
    this.throwIfBroken();
    const parts: TextPart[] = [];
    for (const { data } of this.#events.push(text)) {
      if (this.#isDone) break;
      if (data.trim() === "[DONE]") this.#end(parts);
      else if (!this.#takeEvent(data, parts)) break;
    }
    return parts;
  }

  /** False for an event that is none. It is thrown now, or after the parts that came before it in its chunk. */
  #takeEvent(data: string, parts: TextPart[]): boolean {
    try {
      this.#take(readDelta(data), parts);
      return true;
    } catch (error) {
      if (!(error instanceof ModelFailure)) throw error;
      this.#break(error, parts);
      return false;
    }
  }

  #break(failure: ModelFailure, parts: readonly TextPart[]): void {
    this.#broken = failure;
    if (parts.length === 0) throw failure;
  }

  #take({ text, toolCalls, usage, finishReason, isReasoning }: ModelDelta, parts: TextPart[]): void {
    const isSpeaking = text !== "" || toolCalls.length > 0;
    this.#isAlive ||= isSpeaking || isReasoning;
    this.#usage = usage ?? this.#usage;
    this.#hasClosingUsage = !isSpeaking && (usage !== undefined || this.#hasClosingUsage);
    this.#finishReason = finishReason ?? this.#finishReason;
    for (const call of toolCalls) {
      this.#toolCalls.add(call);
      this.#hasToolCalls = true;
      this.#produced += call.name + call.arguments;
    }
    if (text === "") return;
    this.#say(this.#stop.push(text), parts);
    if (!this.#stop.isStopped) return;
    this.#finishReason = "stop";
    this.#end(parts);
  }

  #say(text: string, parts: TextPart[]): void {
    if (text === "") return;
    this.#produced += text;
    parts.push({ type: "text", text });
  }

  #end(parts: TextPart[]): void {
    this.#isDone = true;
    this.#isAlive = true;
    this.#say(this.#stop.flush(), parts);
    for (const call of this.#toolCalls.take()) parts.push({ type: "tool_call", call });
    parts.push({ type: "end", usage: this.usage, finishReason: this.#finishReason ?? this.#guessFinishReason() });
  }

  /** Workers AI's own models do not say why they stopped. */
  #guessFinishReason(): FinishReason {
    if (this.#hasToolCalls) return "tool_calls";
    return this.#usage !== undefined && this.#usage.tokensOut >= this.#maxTokens ? "length" : "stop";
  }
}

function randomCallId(): string {
  return `call_${crypto.randomUUID().replaceAll("-", "")}`;
}
