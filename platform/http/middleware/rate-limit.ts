import type { Context, MiddlewareHandler } from "hono";

import type { Principal } from "#auth/principal";
import type { AppEnv } from "#http/request-context";
import type { QuotaClient } from "#limits/quota-client";
import { rateDemands } from "#limits/rate-demands";

/** Puts `RateLimit` and its kin on the answer of a request that was counted. A refused one carries its own. */
export function rateLimitHeaders<Services>(): MiddlewareHandler<AppEnv<Services>> {
  return async (c, next) => {
    await next();
    const { rateHeaders } = c.var as Partial<AppEnv<Services>["Variables"]>;
    for (const [name, value] of Object.entries(rateHeaders ?? {})) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  };
}

/**
 * Counts a request, or refuses it with `rate_limited`. Without a principal only its address counts: for routes that need
 * no key, for routes that are not there, and for credentials that do not hold, so that nobody can try them at will.
 */
export async function countRequest<Services>(
  c: Context<AppEnv<Services>>,
  quotas: QuotaClient,
  principal?: Principal,
): Promise<void> {
  const { tenant } = c.var;
  const ip = c.req.header("cf-connecting-ip") ?? "unknown";
  const rate =
    principal === undefined
      ? rateDemands(tenant.limits, { ip }, ["ip"])
      : rateDemands(tenant.limits, principal.kind === "anonymous" ? { ip } : { ip, principalId: principal.id });
  const { headers } = await quotas.admit(tenant.tenantId, {
    rate,
    waitUntil: (work) => {
      c.executionCtx.waitUntil(work);
    },
  });
  c.set("rateHeaders", headers);
}
