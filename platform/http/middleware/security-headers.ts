import type { Middleware } from "#http/exchange";

/** For answers that are data: nothing in them may be run, framed, sniffed or kept (OWASP REST Security Cheat Sheet). */
const HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
} as const;

/** Adds the headers that an answer does not set itself. */
export function securityHeaders(): Middleware {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) {
      if (!c.answer.headers.has(name)) c.answer.headers.set(name, value);
    }
  };
}
