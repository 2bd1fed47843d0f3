import type { MiddlewareHandler } from "hono";

import type { AppEnv } from "#http/request-context";
import { traceIdOf } from "#observability/trace";

/** Gives the request its trace id and puts it on the answer, whatever the answer is. */
export function trace<Services>(): MiddlewareHandler<AppEnv<Services>> {
  return async (c, next) => {
    const traceId = traceIdOf(c.req.raw.headers);
    c.set("traceId", traceId);
    c.set("startedMs", Date.now());
    await next();
    c.res.headers.set("x-request-id", traceId);
  };
}
