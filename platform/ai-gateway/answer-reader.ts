import type { CallDeadline } from "#ai-gateway/call-deadline";
import type { TextPart, TokenUsage } from "#ai-gateway/model-client";
import { brokenAnswer, failureOfResponse, ModelFailure } from "#ai-gateway/model-failure";
import { ModelStreamParser, type ParserOptions } from "#ai-gateway/model-stream-parser";

/** How an answer that had begun ended. */
export type AnswerEnd = "ok" | "broken" | "cancelled";

export interface AnswerTimes {
  /** When the first token must be there, milliseconds since the epoch. */
  readonly firstTokenByMs: number;
  /** How long the model may be silent from then on, milliseconds. */
  readonly idleMs: number;
}

/** Keeps the isolate alive until some work is done. */
export type WaitUntil = (work: Promise<unknown>) => void;

/** Parts that came together, in one chunk of the provider's. Never empty. */
export type Batch = readonly TextPart[];

/** An answer of a text model that has begun: its first parts are there, the others are read as they are asked for. */
export class AnswerReader implements AsyncIterableIterator<Batch> {
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  readonly #parser: ModelStreamParser;
  readonly #deadline: CallDeadline;
  readonly #idleMs: number;
  #parts: Batch = [];
  #isWhole = false;
  #waitUntil: WaitUntil | undefined;
  #onEnd: ((end: AnswerEnd, usage: TokenUsage) => void) | undefined;

  private constructor(
    body: ReadableStreamDefaultReader<Uint8Array>,
    parser: ModelStreamParser,
    deadline: CallDeadline,
    idleMs: number,
  ) {
    this.#body = body;
    this.#parser = parser;
    this.#deadline = deadline;
    this.#idleMs = idleMs;
  }

  /**
   * Reads the response of a text model until its first part.
   * @throws ModelFailure when the model refuses, fails, ends or takes too long before that; whatever the deadline throws.
   */
  static async open(
    response: Response,
    options: ParserOptions,
    deadline: CallDeadline,
    { firstTokenByMs, idleMs }: AnswerTimes,
  ): Promise<AnswerReader> {
    if (!response.ok) throw await deadline.wait(failureOfResponse(response), firstTokenByMs);
    const { body }: { body: ReadableStream<Uint8Array> | null } = response;
    if (body === null) throw new ModelFailure("unavailable", "an answer without a body");
    const reader = new AnswerReader(body.getReader(), new ModelStreamParser(options), deadline, idleMs);
    // Any other content type is an event stream: providers are not exact about it, the parser is.
    reader.#isWhole = response.headers.get("content-type")?.startsWith("application/json") === true;
    if (reader.#isWhole) await reader.#readWhole(firstTokenByMs);
    while (reader.#parts.length === 0)
      await reader.#readChunk(reader.#parser.isAlive ? deadline.after(idleMs) : firstTokenByMs);
    return reader;
  }

  /** Whether it came in one piece. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** `onEnd` is called once, as soon as the end is known. `waitUntil` is for what then remains to be done. */
  begin(onEnd: (end: AnswerEnd, usage: TokenUsage) => void, waitUntil?: WaitUntil): this {
    this.#onEnd = onEnd;
    this.#waitUntil = waitUntil;
    if (this.#parser.isDone) this.#end("ok");
    return this;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Batch, undefined>> {
    const value = this.#parts;
    this.#parts = [];
    if (value.length > 0) return Promise.resolve({ done: false, value });
    if (this.#parser.isDone || this.#onEnd === undefined) return Promise.resolve({ done: true, value: undefined });
    return this.#readOn();
  }

  /** The caller leaves: the provider's call is cancelled. */
  return(): Promise<IteratorResult<Batch, undefined>> {
    this.#parts = [];
    this.#end("cancelled");
    return Promise.resolve({ done: true, value: undefined });
  }

  async #readOn(): Promise<IteratorResult<Batch, undefined>> {
    try {
      do await this.#readChunk(this.#deadline.after(this.#idleMs));
      while (this.#parts.length === 0);
    } catch (thrown) {
      this.#end(this.#deadline.isCallerGone ? "cancelled" : "broken");
      if (this.#deadline.isCallerGone) throw thrown;
      throw brokenAnswer(thrown);
    }
    if (this.#parser.isDone) this.#end("ok");
    return this.next();
  }

  async #readChunk(untilMs: number): Promise<void> {
    this.#parser.throwIfBroken();
    const bytes = await this.#read(untilMs);
    this.#parts = bytes === undefined ? this.#parser.finish() : this.#parser.push(bytes);
  }

  async #readWhole(untilMs: number): Promise<void> {
    const decoder = new TextDecoder();
    let json = "";
    for (let bytes = await this.#read(untilMs); bytes !== undefined; bytes = await this.#read(untilMs))
      json += decoder.decode(bytes, { stream: true });
    this.#parts = this.#parser.pushWhole(json + decoder.decode());
  }

  /** The next bytes; undefined at the end. */
  async #read(untilMs: number): Promise<Uint8Array | undefined> {
    const { value } = await this.#deadline.wait(this.#body.read(), untilMs);
    return value;
  }

  #end(end: AnswerEnd): void {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    if (onEnd === undefined) return;
    onEnd(end, this.#parser.usage);
    if (end === "ok" && !this.#parser.isStopped) {
      const drained = this.#drain();
      // Without it the end of the request would cancel the provider's stream.
      this.#waitUntil?.(drained);
    } else this.#cancel();
  }

  /** Waits for the stream's end: cancelled at `[DONE]`, the gateway would log a call that broke off. Never rejects. */
  async #drain(): Promise<void> {
    try {
      const untilMs = this.#deadline.after(this.#idleMs);
      while ((await this.#read(untilMs)) !== undefined);
      this.#deadline.end();
    } catch {
      // The answer was complete: whatever happens after it is nobody's concern.
      this.#cancel();
    }
  }

  #cancel(): void {
    this.#deadline.abort();
    // It fails when the stream has failed already.
    this.#body.cancel().catch(() => undefined);
  }
}

/** The parts of some batches, one by one. Parts of one batch are handed out without a further wait. */
export function partByPart(batches: AsyncIterableIterator<Batch>): AsyncIterableIterator<TextPart> {
  let batch: Batch = [];
  let next = 0;
  const take = (): IteratorResult<TextPart, undefined> => {
    const value = batch[next++];
    return value === undefined ? { done: true, value } : { done: false, value };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (next < batch.length) return Promise.resolve(take());
      return batches.next().then((result) => {
        batch = result.done === true ? [] : result.value;
        next = 0;
        return take();
      });
    },
    async return() {
      batch = [];
      await batches.return?.();
      return { done: true, value: undefined };
    },
  };
}
