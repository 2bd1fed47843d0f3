import { PlatformError } from "#base/errors";
import type { Middleware } from "#http/exchange";

/** Longest value of one header, in characters (each is one byte on the wire). */
const MAX_HEADER_LENGTH = 8 * 1024;

/** Refuses a request with an oversized header before anything reads it (RFC 6585, section 5). */
export function headerLimit(): Middleware {
  return async (c, next) => {
    const { headers } = c.request;
    for (const value of headers.values()) if (value.length > MAX_HEADER_LENGTH) throw tooLarge(headers);
    await next();
  };
}

function tooLarge(headers: Headers): PlatformError {
  const details = [...headers]
    .filter(([, value]) => value.length > MAX_HEADER_LENGTH)
    .map(([name, value]) => ({ field: `header ${name}`, message: `has ${value.length} bytes` }));
  return new PlatformError("headers_too_large", `A header may have at most ${MAX_HEADER_LENGTH} bytes.`, { details });
}
