/** How long an answer is kept, from its request on. */
export const KEPT_MS = 24 * 3_600_000;

/** How long a claim holds without a sign of life: what a request that died with its isolate blocks its key for. */
export const CLAIM_MS = 5 * 60_000;

/** How often a running request says that it lives. */
export const RENEW_EVERY_MS = 60_000;

/** Largest body that is kept, in bytes. A larger answer reaches its client, but cannot be replayed. */
export const MAX_KEPT_BYTES = 10 * 1024 * 1024;

/** What became of the request that came first with a key. */
export type RecordState = "running" | "answered" | "too_large";

/** What is known of a key. */
export interface KeyRecord {
  /** SHA-256 of the request, in hex. */
  readonly requestDigest: string;
  readonly state: RecordState;
  /** Names the request that runs: only the one that holds the key may store an answer. */
  readonly claimId: string;
  /** Until when the claim holds, milliseconds since the epoch. */
  readonly claimedUntilMs: number;
  /** When all is forgotten, milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/**
 * What a request with a key meets. `granted`: it is the first and must run. `running`: the first one still runs.
 * `mismatch`: the first one was another request. `too_large`: it has run, and its answer was too large to be kept.
 */
export type ClaimVerdict = "granted" | "running" | "mismatch" | "answered" | "too_large";

/** Judges a request by what is known of its key. A claim without a sign of life is void: its isolate is gone. */
export function judgeClaim(known: KeyRecord | undefined, requestDigest: string, nowMs: number): ClaimVerdict {
  if (known === undefined || known.expiresAtMs <= nowMs) return "granted";
  if (known.requestDigest !== requestDigest) return "mismatch";
  if (known.state !== "running") return known.state;
  return known.claimedUntilMs <= nowMs ? "granted" : "running";
}
