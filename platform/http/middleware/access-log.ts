import type { MiddlewareHandler } from "hono";

import type { AppEnv } from "#http/request-context";
import type { Logger } from "#observability/logger";

/**
 * Writes one line per request, and tells the same times to the caller (`Server-Timing`): `platform` is what was not the
 * route's own work. A stream is logged when its headers are sent: its own end has a line of its own.
 */
export function accessLog<Services>(log: Logger): MiddlewareHandler<AppEnv<Services>> {
  return async (c, next) => {
    const own = log.with({ traceId: c.var.traceId });
    c.set("log", own);
    c.set("route", "(none)");
    await next();
    const { tenant, principal, errorCode, handlerMs, logFields } = c.var as Partial<AppEnv<Services>["Variables"]>;
    const latencyMs = Date.now() - c.var.startedMs;
    const overheadMs = latencyMs - (handlerMs ?? 0);
    c.res.headers.set("server-timing", `platform;dur=${overheadMs}, total;dur=${latencyMs}`);
    own.log("info", "request", {
      method: c.req.method,
      route: c.var.route,
      status: c.res.status,
      latencyMs,
      ...(handlerMs === undefined ? {} : { overheadMs }),
      ...(tenant === undefined ? {} : { tenantId: tenant.tenantId }),
      ...(principal === undefined ? {} : { principalKind: principal.kind }),
      ...(errorCode === undefined ? {} : { code: errorCode }),
      ...logFields,
    });
  };
}
