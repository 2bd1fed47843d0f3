import { ModelFailure } from "#ai-gateway/model-failure";
import type { Clock } from "#base/clock";

/**
 * Bounds the waits of one attempt: each by its own time, all of them by the call's end and by the caller's signal.
 * One timer serves all waits: it is set for the shortest of them, and again only when it fires too early, so a wait costs
 * no timer of its own.
 */
export class CallDeadline {
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  readonly #endsAtMs: number;
  readonly #callerSignal: AbortSignal | undefined;
  readonly #shortestMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAtMs = Infinity;
  #waitEndsMs = Infinity;
  #reject: ((reason: Error) => void) | undefined;
  #interruption: Error | undefined;

  /**
   * `endsAtMs`: end of the whole call, milliseconds since the epoch. `shortestMs`: how long the shortest wait may take
   * that is known to come; a shorter one costs a timer of its own.
   */
  constructor(clock: Clock, endsAtMs: number, callerSignal: AbortSignal | undefined, shortestMs = Infinity) {
    this.#clock = clock;
    this.#shortestMs = shortestMs;
    this.#endsAtMs = endsAtMs;
    this.#callerSignal = callerSignal;
    if (callerSignal?.aborted === true) this.#onCallerAbort();
    else callerSignal?.addEventListener("abort", this.#onCallerAbort, { once: true });
  }

  /** For the provider's call: aborted with the attempt. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether the caller has aborted. */
  get isCallerGone(): boolean {
    return this.#callerSignal?.aborted === true;
  }

  /** The time in so many milliseconds, to wait until. */
  after(ms: number): number {
    return this.#clock.nowMs() + ms;
  }

  /**
   * Waits for one thing at a time, until `untilMs`, milliseconds since the epoch. What was waited for in vain goes on unobserved; its end is ignored.
   * @throws ModelFailure `timeout`, or the reason of the caller's signal; and from then on for every further wait.
   */
  wait<Value>(promise: Promise<Value>, untilMs: number): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      // Between two waits the caller is busy, not the model: no time runs then.
      const settled =
        <Result>(settle: (result: Result) => void) =>
        (result: Result): void => {
          this.#waitEndsMs = Infinity;
          settle(result);
        };
      promise.then(settled(resolve), settled(reject));
      if (this.#interruption !== undefined) {
        reject(this.#interruption);
        return;
      }
      this.#reject = reject;
      this.#waitEndsMs = Math.min(untilMs, this.#endsAtMs);
      if (this.#waitEndsMs < this.#timerAtMs) this.#setTimer();
    });
  }

  /** Ends the attempt: what the provider had to say was read. */
  end(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reject = undefined;
    this.#callerSignal?.removeEventListener("abort", this.#onCallerAbort);
  }

  /** Ends the attempt, and the provider's call with it. */
  abort(): void {
    this.end();
    this.#abort.abort();
  }

  readonly #onCallerAbort = (): void => {
    const reason: unknown = this.#callerSignal?.reason;
    this.#interrupt(reason instanceof Error ? reason : new Error("the caller aborted", { cause: reason }));
  };

  #setTimer(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    const nowMs = this.#clock.nowMs();
    this.#timerAtMs = Math.min(this.#waitEndsMs, nowMs + this.#shortestMs);
    this.#timer = setTimeout(() => this.#onTimer(), Math.max(1, this.#timerAtMs - nowMs));
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
    if (this.#waitEndsMs === Infinity) return;
    if (this.#clock.nowMs() < this.#waitEndsMs) this.#setTimer();
    else this.#interrupt(new ModelFailure("timeout", "the model took too long"));
  }

  #interrupt(reason: Error): void {
    this.#interruption ??= reason;
    this.#reject?.(reason);
    this.abort();
  }
}
