import type { MiddlewareHandler } from "hono";

import { PlatformError } from "#base/errors";
import type { AppEnv } from "#http/request-context";

/** Longest value of one header, in characters (each is one byte on the wire). */
const MAX_HEADER_LENGTH = 8 * 1024;

/** Refuses a request with an oversized header before anything reads it (RFC 6585, section 5). */
export function headerLimit<Services>(): MiddlewareHandler<AppEnv<Services>> {
  return async (c, next) => {
    for (const [name, value] of c.req.raw.headers) {
      if (value.length > MAX_HEADER_LENGTH) {
        throw new PlatformError("headers_too_large", `A header may have at most ${MAX_HEADER_LENGTH} bytes.`, {
          details: [{ field: `header ${name}`, message: `has ${value.length} bytes` }],
        });
      }
    }
    await next();
  };
}
