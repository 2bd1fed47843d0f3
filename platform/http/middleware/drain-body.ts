import type { MiddlewareHandler } from "hono";

import type { AppEnv } from "#http/request-context";

/** What is read of a refused body, in bytes, before the connection is given up: more than any proxy in front lets through. */
const MAX_DRAINED_BYTES = 128 * 1024 * 1024;

/**
 * Reads and forgets what a refused request still sends. Without it the runtime cuts the connection while the client is
 * writing, and the client sees a broken pipe in place of the answer that says why.
 */
export function drainBody<Services>(): MiddlewareHandler<AppEnv<Services>> {
  return async (c, next) => {
    await next();
    const { body } = c.req.raw;
    if (c.res.status < 400 || body === null || body.locked) return;
    const reader = body.getReader();
    let drainedBytes = 0;
    // A client that goes away in the middle ends the loop with an error that no longer matters to anyone.
    const read = () => reader.read().catch(() => ({ done: true as const, value: undefined }));
    for (let chunk = await read(); !chunk.done && drainedBytes < MAX_DRAINED_BYTES; chunk = await read()) {
      drainedBytes += chunk.value.byteLength;
    }
  };
}
