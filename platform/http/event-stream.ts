/**
 * A `text/event-stream` answer. The content type is what makes the runtime pass chunks on one by one:
 * without it a stream arrives as a whole. `x-accel-buffering` and `no-transform` keep proxies from collecting it.
 */
export function eventStream(
  body: ReadableStream<Uint8Array>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, {
    headers: {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
