const SECOND_MS = 1_000;
/** Seconds of demand that a lease should last. */
const LEASE_SECONDS = 2;
/** A smaller lease saves nothing: then every request is decided by the object. */
export const MIN_LEASE_UNITS = 8;
/** While a lease is asked for, and for this long after one was refused, requests ask for themselves alone. */
const ASK_EVERY_MS = 500;

/** How much a lease should hold: what was asked for in the current second and the one before. */
export class LeaseDemand {
  #second = 0;
  #current = 0;
  #previous = 0;
  #askedUntilMs = 0;

  /** Counts one request. */
  add(nowMs: number): void {
    this.#turn(nowMs);
    this.#current++;
  }

  /** Requests per second, the busier of the two seconds. */
  perSecond(nowMs: number): number {
    this.#turn(nowMs);
    return Math.max(this.#current, this.#previous);
  }

  /** How many units to ask for: 1 unless there is use for a lease and none is asked for yet. */
  claim(nowMs: number): number {
    const units = Math.ceil(this.perSecond(nowMs) * LEASE_SECONDS);
    if (units < MIN_LEASE_UNITS || this.isAsked(nowMs)) return 1;
    this.#askedUntilMs = nowMs + ASK_EVERY_MS;
    return units;
  }

  isAsked(nowMs: number): boolean {
    return nowMs < this.#askedUntilMs;
  }

  /** A lease came: the next one may be asked for. */
  receive(): void {
    this.#askedUntilMs = 0;
  }

  #turn(nowMs: number): void {
    const second = Math.floor(nowMs / SECOND_MS);
    if (second === this.#second) return;
    this.#previous = second === this.#second + 1 ? this.#current : 0;
    this.#current = 0;
    this.#second = second;
  }
}
