/** Requests are counted in buckets of this length. */
export const BUCKET_MS = 1_000;

/** At most `limit` requests in any `windowMs`, a whole number of seconds. */
export interface RateWindow {
  readonly limit: number;
  readonly windowMs: number;
}

/**
 * What one scope (a tenant, a principal, an address) has counted. Plain data: fit for storage and for messages.
 * `counts` holds pairs, oldest first: number of the bucket since the epoch, requests in it.
 */
export interface RateState {
  /** The latest time that was seen. An earlier one counts as this one, so a clock that goes back refills nothing. */
  latestMs: number;
  counts: number[];
}

/** Where one window of a scope stands. */
export interface WindowStanding extends RateWindow {
  readonly remaining: number;
  /** Until more becomes available; 0 when nothing is counted. `t` of the RateLimit header, draft 10. */
  readonly resetMs: number;
}

/** What a scope is asked for: the same cost in all its windows. */
export interface ScopeDemand {
  readonly state: RateState;
  readonly windows: readonly RateWindow[];
}

export interface RateVerdict {
  readonly isAllowed: boolean;
  /** Index of the scope that refuses; of several, the one that refuses longest. */
  readonly deniedBy?: number;
  /**
   * Until the same request would be served if nobody else came: 0 when it is now,
   * `Infinity` when a window can never hold its cost.
   */
  readonly retryAfterMs: number;
}

export function newRateState(): RateState {
  return { latestMs: 0, counts: [] };
}

/**
 * Judges a request against all its scopes and counts nothing.
 *
 * A request counts in a window until the whole of its bucket has left it, so the cap holds in every window of that
 * length, however it lies; the price is that a request may count up to one bucket too long.
 */
export function judge(demands: readonly ScopeDemand[], cost: number, nowMs: number): RateVerdict {
  let deniedBy: number | undefined;
  let retryAfterMs = 0;
  for (const [index, { state, windows }] of demands.entries()) {
    forgetOld(state, windows, nowMs);
    for (const window of windows) {
      const waitMs = waitFor(state, window, cost, nowMs);
      if (waitMs <= retryAfterMs) continue;
      retryAfterMs = waitMs;
      deniedBy = index;
    }
  }
  return { isAllowed: deniedBy === undefined, retryAfterMs, ...(deniedBy === undefined ? {} : { deniedBy }) };
}

/**
 * Counts what was granted. `atMs` may lie ahead: what is leased for later use counts from now on
 * and leaves the window only when its latest possible use does.
 */
export function count(state: RateState, cost: number, nowMs: number, atMs = nowMs): void {
  state.latestMs = Math.max(state.latestMs, nowMs);
  add(state.counts, bucketOf(Math.max(atMs, state.latestMs)), cost);
}

/** Takes back up to `cost` requests that were counted at `atMs` and never made. Never more than were counted there. */
export function giveBack(state: RateState, cost: number, atMs: number): void {
  const { counts } = state;
  for (let index = 0; index < counts.length; index += 2) {
    if (counts[index] !== bucketOf(atMs)) continue;
    const left = Math.max(0, (counts[index + 1] ?? 0) - cost);
    if (left === 0) counts.splice(index, 2);
    else counts[index + 1] = left;
  }
}

/**
 * Judges and counts in one step: all scopes or none. A refused request consumes nothing anywhere.
 */
export function decide(demands: readonly ScopeDemand[], cost: number, nowMs: number): RateVerdict {
  const verdict = judge(demands, cost, nowMs);
  if (verdict.isAllowed) for (const { state } of demands) count(state, cost, nowMs);
  return verdict;
}

/** Where the windows of a scope stand. */
export function standingsOf({ state, windows }: ScopeDemand, nowMs: number): WindowStanding[] {
  const judgedMs = Math.max(nowMs, state.latestMs);
  return windows.map(({ limit, windowMs }) => {
    let used = 0;
    let resetMs = 0;
    eachCounted(state, windowMs, judgedMs, (requests, leavesMs) => {
      if (used === 0) resetMs = leavesMs - nowMs;
      used += requests;
    });
    return { limit, windowMs, remaining: Math.max(0, limit - used), resetMs };
  });
}

/** Whether the state still matters: when every request has left every window, it is as good as a new one. */
export function isForgettable({ counts, latestMs }: RateState, longestWindowMs: number, nowMs: number): boolean {
  const newest = counts.at(-2);
  return newest === undefined || leavesAt(newest, longestWindowMs) <= Math.max(nowMs, latestMs);
}

/** Until a window has room for `cost`: 0 when it has. */
function waitFor(state: RateState, { limit, windowMs }: RateWindow, cost: number, nowMs: number): number {
  if (cost > limit) return Infinity;
  const judgedMs = Math.max(nowMs, state.latestMs);
  let used = 0;
  eachCounted(state, windowMs, judgedMs, (requests) => {
    used += requests;
  });
  let waitMs = 0;
  let excess = used + cost - limit;
  eachCounted(state, windowMs, judgedMs, (requests, leavesMs) => {
    if (excess <= 0) return;
    excess -= requests;
    waitMs = leavesMs - nowMs;
  });
  return waitMs;
}

/** Calls `visit` with each bucket that counts in the window, oldest first, and when it leaves. */
function eachCounted(
  { counts }: RateState,
  windowMs: number,
  judgedMs: number,
  visit: (requests: number, leavesMs: number) => void,
): void {
  for (let index = 0; index < counts.length; index += 2) {
    const leavesMs = leavesAt(counts[index] ?? 0, windowMs);
    if (leavesMs > judgedMs) visit(counts[index + 1] ?? 0, leavesMs);
  }
}

function forgetOld(state: RateState, windows: readonly RateWindow[], nowMs: number): void {
  state.latestMs = Math.max(state.latestMs, nowMs);
  let longestMs = 0;
  for (const { windowMs } of windows) longestMs = Math.max(longestMs, windowMs);
  let gone = 0;
  while (gone < state.counts.length && leavesAt(state.counts[gone] ?? 0, longestMs) <= state.latestMs) gone += 2;
  if (gone > 0) state.counts.splice(0, gone);
}

function add(counts: number[], bucket: number, cost: number): void {
  let index = counts.length;
  while (index > 0 && (counts[index - 2] ?? 0) > bucket) index -= 2;
  if (index > 0 && counts[index - 2] === bucket) counts[index - 1] = (counts[index - 1] ?? 0) + cost;
  else counts.splice(index, 0, bucket, cost);
}

function bucketOf(timeMs: number): number {
  return Math.floor(timeMs / BUCKET_MS);
}

/** A bucket leaves a window when its last moment does. */
function leavesAt(bucket: number, windowMs: number): number {
  return (bucket + 1) * BUCKET_MS + windowMs;
}
