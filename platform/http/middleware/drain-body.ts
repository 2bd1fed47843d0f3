import type { Middleware } from "#http/exchange";

/** What is read of a refused body, in bytes, before the connection is given up: more than any proxy in front lets through. */
const MAX_DRAINED_BYTES = 128 * 1024 * 1024;

/**
 * Reads and forgets what a refused request still sends. Without it the runtime cuts the connection while the client is
 * writing, and the client sees a broken pipe in place of the answer that says why.
 */
export function drainBody(): Middleware {
  return async (c, next) => {
    await next();
    const { body } = c.request;
    if (c.answer.status < 400 || body === null || body.locked) return;
    const reader = body.getReader();
    // A client that goes away in the middle ends the loop with an error that no longer matters to anyone.
    const readSize = () =>
      reader.read().then(
        ({ value }: ReadableStreamReadResult<Uint8Array>) => value?.byteLength ?? 0,
        () => 0,
      );
    let drainedBytes = 0;
    for (let size = await readSize(); size > 0 && drainedBytes < MAX_DRAINED_BYTES; size = await readSize())
      drainedBytes += size;
  };
}
