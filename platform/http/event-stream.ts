import { encodeEvent, type ServerSentEvent } from "#base/server-sent-events";

/**
 * A `text/event-stream` answer. The content type is what makes the runtime pass chunks on one by one:
 * without it a stream arrives as a whole. `x-accel-buffering` and `no-transform` keep proxies from collecting it.
 */
export function eventStream(
  body: ReadableStream<Uint8Array> | string,
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

/**
 * Encodes events one by one, as fast as the client reads them. A client that leaves ends the iteration,
 * and with it whatever produces the events.
 */
export function encodeEvents(events: AsyncIterable<ServerSentEvent>): ReadableStream<Uint8Array> {
  const iterator = events[Symbol.asyncIterator]();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encodeEvent(next.value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
