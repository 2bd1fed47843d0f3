import { PlatformError } from "#base/errors";
import type { Budget } from "#limits/budget";
import type { RateRefusal, ScopeStanding } from "#limits/quota-message";
import { type RateDenial, rateLimitHeaders, retryAfterHeaders } from "#limits/rate-limit-headers";

const WHOSE = {
  tenant: "all callers of this tenant together",
  principal: "one caller",
  ip: "one address",
  key: "this key",
  model: "this model",
} as const;

/** A full window: 429 with the true time after which the same request would be served. */
export class RateLimitedError extends PlatformError {
  /** As plain data: where the request was refused elsewhere, this isolate learns of it. */
  readonly refusal: RateRefusal;

  constructor(standings: readonly ScopeStanding[], { scope, retryAfterMs }: RateDenial) {
    const windows = standings.find((standing) => standing.scope === scope)?.windows ?? [];
    const rule = windows.map(({ limit, windowMs }) => `${limit} in ${windowMs / 1_000} s`).join(" and ");
    const waitSeconds = Math.ceil(retryAfterMs / 1_000);
    super("rate_limited", `Too many requests: at most ${rule} for ${WHOSE[scope]}. Try again in ${waitSeconds} s.`, {
      headers: rateLimitHeaders(standings, { scope, retryAfterMs }),
    });
    this.refusal = { scope, retryAfterMs, standings };
  }
}

/** A used-up budget: 429 until its next day or month, and no client should retry by itself before. */
export function budgetExceeded(
  standings: readonly ScopeStanding[],
  { scope, unit, window }: Budget,
  resetAtMs: number,
  nowMs: number,
): PlatformError {
  const whose = scope === "tenant" ? "this tenant" : WHOSE[scope];
  const what = unit === "tokens" ? "tokens" : "money";
  return new PlatformError(
    "budget_exceeded",
    `What ${whose} may spend in ${what} per ${window} does not cover this request. The next ${window} begins at ${new Date(resetAtMs).toISOString()}.`,
    {
      headers: {
        ...rateLimitHeaders(standings),
        ...retryAfterHeaders(resetAtMs - nowMs),
        "x-should-retry": "false",
      },
    },
  );
}

/** The ledger did not answer, and an enforced budget applies: refused before any model call, with nothing spent. */
export function ledgerUnavailable(cause: unknown): PlatformError {
  return new PlatformError("model_unavailable", "The budget ledger is unavailable. Try again shortly.", {
    cause,
    headers: retryAfterHeaders(1_000),
  });
}
