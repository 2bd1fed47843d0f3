import { policyName, type ScopeStanding } from "#limits/quota-message";
import type { WindowStanding } from "#limits/sliding-window";
import type { RateScope } from "#tenancy/limits-config";

/** Why a request was refused: the scope whose window is full, and until when, from now. */
export interface RateDenial {
  readonly scope: RateScope;
  readonly retryAfterMs: number;
}

/**
 * The headers that tell a caller where it stands: `RateLimit` and `RateLimit-Policy` of
 * draft-ietf-httpapi-ratelimit-headers-10 with every window of one scope, and OpenAI's `x-ratelimit-*-requests`.
 * The scope is the one that refused, else the principal, else the first. On a refusal also `Retry-After` in whole
 * seconds, rounded up, and `retry-after-ms`.
 */
export function rateLimitHeaders(standings: readonly ScopeStanding[], denial?: RateDenial): Record<string, string> {
  const shownScope = denial?.scope ?? "principal";
  const shown = standings.find(({ scope }) => scope === shownScope) ?? standings[0];
  const main = shown?.windows[0];
  if (shown === undefined || main === undefined)
    return denial === undefined ? {} : retryAfterHeaders(denial.retryAfterMs);
  const { scope, windows } = shown;
  const tightest = windows.reduce((a, b) => (b.remaining < a.remaining ? b : a));
  const resetMs = denial?.retryAfterMs ?? (tightest.remaining === 0 ? tightest : main).resetMs;
  return {
    "ratelimit-policy": listOf(
      windows,
      (window, name) => `"${name}";q=${window.limit};w=${seconds(window.windowMs)}`,
      scope,
    ),
    ratelimit: listOf(windows, (window, name) => `"${name}";r=${window.remaining};t=${seconds(window.resetMs)}`, scope),
    "x-ratelimit-limit-requests": String(main.limit),
    "x-ratelimit-remaining-requests": String(tightest.remaining),
    "x-ratelimit-reset-requests": formatDuration(resetMs),
    ...(denial === undefined ? {} : retryAfterHeaders(denial.retryAfterMs)),
  };
}

/** When to come back, for clients that read seconds (RFC 9110, section 10.2.3) and for OpenAI's, which prefer ms. */
export function retryAfterHeaders(retryAfterMs: number): Record<string, string> {
  const ms = Math.max(1, Math.ceil(retryAfterMs));
  return { "retry-after": String(seconds(ms)), "retry-after-ms": String(ms) };
}

/** A time span as OpenAI's headers write it: `120ms`, `1s`, `6m0s`, `1h0m0s`. Whole seconds from one second on, rounded up. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const total = seconds(ms);
  const minutes = Math.floor(total / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours}h${minutes % 60}m${total % 60}s`;
  return minutes > 0 ? `${minutes}m${total % 60}s` : `${total}s`;
}

function listOf(
  windows: readonly WindowStanding[],
  write: (window: WindowStanding, name: string) => string,
  scope: RateScope,
): string {
  return windows.map((window, index) => write(window, policyName(scope, index))).join(", ");
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}
