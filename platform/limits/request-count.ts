import type { RateDemand, RateRefusal } from "#limits/quota-message";

/**
 * A request's place in the rate limits. One that also spends is counted in the step that reserves for it, which may be in
 * another isolate: one call of the quota object in place of two.
 */
export interface RequestCount {
  /** What it is still to be counted in; nothing, once it was decided. */
  readonly demands: readonly RateDemand[];
  /** It was counted, or refused for what it would have spent. `headers` tell the caller where it stands. */
  decided(headers?: Readonly<Record<string, string>>): void;
  /** It was refused in another isolate: this one repeats that for a while, without asking again. */
  refused(refusal: RateRefusal): void;
}
