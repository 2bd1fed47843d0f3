import type { Middleware } from "#http/exchange";
import { traceIdOf } from "#observability/trace";

/** Gives the request its trace id and puts it on the answer, whatever the answer is. */
export function trace(): Middleware {
  return async (c, next) => {
    const traceId = traceIdOf(c.request.headers);
    c.notes.traceId = traceId;
    c.notes.startedMs = Date.now();
    await next();
    c.answer.headers.set("x-request-id", traceId);
  };
}
