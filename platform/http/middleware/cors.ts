import type { Context, MiddlewareHandler } from "hono";

import type { AppEnv } from "#http/request-context";

const ALLOWED_METHODS = "GET, POST, PUT, PATCH, DELETE";
const ALLOWED_HEADERS =
  "authorization, content-type, accept, x-api-key, x-tenant-id, x-request-id, traceparent, idempotency-key, last-event-id, mcp-protocol-version, mcp-method, mcp-name";
const EXPOSED_HEADERS =
  "x-request-id, x-session-id, server-timing, idempotency-replayed, ratelimit, ratelimit-policy, retry-after, retry-after-ms, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests";
const PREFLIGHT_MAX_AGE_SECONDS = 600;

/** Lets the pages of the tenant's exact origins read the answers (WHATWG Fetch, section 3.3). Other origins get no CORS header at all. */
export function cors<Services>(): MiddlewareHandler<AppEnv<Services>> {
  return async (c, next) => {
    const origin = c.req.header("origin");
    const isAllowed = origin !== undefined && c.get("tenant").cors.origins.includes(origin);
    if (isPreflight(c)) {
      return new Response(null, { status: 204, headers: isAllowed ? preflightHeaders(origin) : { vary: "Origin" } });
    }
    await next();
    c.res.headers.append("vary", "Origin");
    if (isAllowed) {
      c.res.headers.set("access-control-allow-origin", origin);
      c.res.headers.set("access-control-expose-headers", EXPOSED_HEADERS);
    }
    return undefined;
  };
}

function isPreflight<Services>(c: Context<AppEnv<Services>>): boolean {
  return (
    c.req.method === "OPTIONS" &&
    c.req.header("origin") !== undefined &&
    c.req.header("access-control-request-method") !== undefined
  );
}

function preflightHeaders(origin: string): Record<string, string> {
  return {
    vary: "Origin",
    "access-control-allow-origin": origin,
    "access-control-allow-methods": ALLOWED_METHODS,
    "access-control-allow-headers": ALLOWED_HEADERS,
    "access-control-max-age": String(PREFLIGHT_MAX_AGE_SECONDS),
  };
}
