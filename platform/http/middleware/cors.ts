import type { Exchange, Middleware } from "#http/exchange";

const ALLOWED_METHODS = "GET, POST, PUT, PATCH, DELETE";
const ALLOWED_HEADERS =
  "authorization, content-type, accept, x-api-key, x-tenant-id, x-request-id, traceparent, idempotency-key, last-event-id, mcp-protocol-version, mcp-method, mcp-name";
const EXPOSED_HEADERS =
  "x-request-id, x-session-id, server-timing, idempotency-replayed, ratelimit, ratelimit-policy, retry-after, retry-after-ms, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests";
const PREFLIGHT_MAX_AGE_SECONDS = 600;

/** Lets the pages of the tenant's exact origins read the answers (WHATWG Fetch, section 3.3). Other origins get no CORS header at all. */
export function cors(): Middleware {
  return async (c, next) => {
    const origin = c.request.headers.get("origin");
    const isAllowed = origin !== null && c.notes.tenant.cors.origins.includes(origin);
    if (isPreflight(c)) {
      c.answer = new Response(null, {
        status: 204,
        headers: isAllowed ? preflightHeaders(origin) : { vary: "Origin" },
      });
      return;
    }
    await next();
    c.answer.headers.append("vary", "Origin");
    if (isAllowed) {
      c.answer.headers.set("access-control-allow-origin", origin);
      c.answer.headers.set("access-control-expose-headers", EXPOSED_HEADERS);
    }
  };
}

function isPreflight(c: Exchange): boolean {
  return (
    c.request.method === "OPTIONS" &&
    c.request.headers.has("origin") &&
    c.request.headers.has("access-control-request-method")
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
