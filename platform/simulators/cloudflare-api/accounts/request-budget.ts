import { ApiError } from "../api/api-error.js";

/** How many calls one token may make in a window (developers.cloudflare.com/fundamentals/api/reference/limits). */
export interface RateLimit {
  readonly requests: number;
  readonly windowSeconds: number;
}

/** The documented limit of the client API: 1,200 calls in five minutes. */
export const DOCUMENTED_RATE_LIMIT: RateLimit = { requests: 1_200, windowSeconds: 300 };

/** Counts calls per token in fixed windows. */
export interface RequestBudget {
  /** Takes one call; answers the headers that tell what is left. @throws ApiError 429 with Retry-After */
  take(token: string, nowMs: number): Record<string, string>;
}

export function createRequestBudget(limit: RateLimit | undefined): RequestBudget {
  const windows = new Map<string, { endsAtMs: number; used: number }>();
  return {
    take(token, nowMs) {
      if (limit === undefined) return {};
      let window = windows.get(token);
      if (window === undefined || window.endsAtMs <= nowMs) {
        window = { endsAtMs: nowMs + limit.windowSeconds * 1_000, used: 0 };
        windows.set(token, window);
      }
      const seconds = Math.ceil((window.endsAtMs - nowMs) / 1_000);
      if (window.used >= limit.requests) {
        throw new ApiError(429, 971, "Please wait and consider throttling your request speed", {
          "retry-after": String(seconds),
        });
      }
      window.used += 1;
      return {
        ratelimit: `"default";r=${limit.requests - window.used};t=${seconds}`,
        "ratelimit-policy": `"default";q=${limit.requests};w=${limit.windowSeconds}`,
      };
    },
  };
}
