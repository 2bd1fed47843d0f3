import type { Clock } from "#base/clock";

/** From this age on a value is read again while it goes on being used, in milliseconds: a busy isolate never waits. */
export const REFRESH_AFTER_MS = 15_000;
/** From this age on a value is used only if a new one cannot be had in time, in milliseconds. */
export const TRUST_MS = 30_000;
/** The longest a request waits for a read, in milliseconds. */
export const MAX_WAIT_MS = 250;
/** For how long nobody waits after a wait that was in vain, and nobody reads after a read that failed, in milliseconds. */
export const PAUSE_MS = 5_000;
/** A read that takes longer is given up, in milliseconds: its request may be gone, and its end will never be told. */
export const GIVE_UP_MS = 10_000;

export interface RefreshParts<Value> {
  readonly clock: Clock;
  /** Reads the value of now. Gets the last one, for what cannot be read. */
  readonly load: (previous: Value) => Promise<Value>;
  /** Keeps the isolate alive for a read that nobody waits for. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Told of the first of several failures in a row; a read that is given up counts. */
  readonly reportFailure: (error: unknown) => void;
}

interface Read {
  readonly startedMs: number;
  readonly done: Promise<void>;
}

/**
 * A value of a slow or failing store, always at hand: stale while it is read again, one read at a time, and the last known
 * one when the store is slow or down. An isolate that was idle waits for a fresh one, up to a bound.
 */
export class RefreshedValue<Value> {
  readonly #parts: RefreshParts<Value>;
  #value: Value;
  /** When the read of the value began: the store may have changed since. */
  #readAtMs = -Infinity;
  #read: Read | undefined;
  #noReadBeforeMs = -Infinity;
  #noWaitBeforeMs = -Infinity;
  #isFailing = false;

  /** `initial` holds until the first read succeeds. */
  constructor(initial: Value, parts: RefreshParts<Value>) {
    this.#value = initial;
    this.#parts = parts;
  }

  /** The value as it is now, as far as it can be known in time. Never rejects. */
  async current(): Promise<Value> {
    const nowMs = this.#parts.clock.nowMs();
    const ageMs = nowMs - this.#readAtMs;
    if (ageMs >= 0 && ageMs < REFRESH_AFTER_MS) return this.#value;
    const read = this.#runningRead(nowMs) ?? this.#startRead(nowMs);
    const isTrusted = ageMs >= 0 && ageMs < TRUST_MS;
    if (read === undefined || isTrusted || nowMs < this.#noWaitBeforeMs) return this.#value;
    if (!(await endsInTime(read.done))) this.#noWaitBeforeMs = nowMs + PAUSE_MS;
    return this.#value;
  }

  #runningRead(nowMs: number): Read | undefined {
    if (this.#read === undefined || nowMs - this.#read.startedMs < GIVE_UP_MS) return this.#read;
    this.#fail(new Error(`a read did not end within ${GIVE_UP_MS} ms`));
    this.#read = undefined;
    return undefined;
  }

  #startRead(nowMs: number): Read | undefined {
    if (nowMs < this.#noReadBeforeMs) return undefined;
    const read: Read = { startedMs: nowMs, done: this.#load(nowMs, () => this.#read === read) };
    this.#read = read;
    this.#parts.waitUntil(read.done);
    return read;
  }

  /** Never rejects. A read that was given up changes nothing any more. */
  async #load(startedMs: number, isAwaited: () => boolean): Promise<void> {
    try {
      const value = await this.#parts.load(this.#value);
      if (!isAwaited()) return;
      this.#value = value;
      this.#readAtMs = startedMs;
      this.#isFailing = false;
    } catch (error) {
      if (!isAwaited()) return;
      this.#noReadBeforeMs = startedMs + PAUSE_MS;
      this.#fail(error);
    }
    this.#read = undefined;
  }

  #fail(error: unknown): void {
    if (!this.#isFailing) this.#parts.reportFailure(error);
    this.#isFailing = true;
  }
}

async function endsInTime(work: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), MAX_WAIT_MS);
  });
  // What a request has begun that has ended since rejects for all others: it is never known, as if it were late.
  const known = work.then(
    () => true,
    () => false,
  );
  const isInTime = await Promise.race([known, tooLate]);
  if (timer !== undefined) clearTimeout(timer);
  return isInTime;
}
