import type { MiddlewareHandler } from "hono";

import type { AppEnv } from "#http/request-context";
import type { Logger } from "#observability/logger";
import type { TenantConfig } from "#tenancy/tenant-config";

/**
 * Writes one line per request, and tells the same times to the caller (`Server-Timing`): `platform` is what was not the
 * route's own work. A stream is logged when its headers are sent: its own end has a line of its own.
 */
export function accessLog<Services>(log: Logger): MiddlewareHandler<AppEnv<Services>> {
  return async (c, next) => {
    const own = log.with({ traceId: c.get("traceId") });
    c.set("log", own);
    c.set("route", "(none)");
    await next();
    const [principal, errorCode, handlerMs] = [c.get("principal"), c.get("errorCode"), c.get("handlerMs")];
    // Absent when nobody could be found.
    const tenant = c.get("tenant") as TenantConfig | undefined;
    const latencyMs = Date.now() - c.get("startedMs");
    const overheadMs = latencyMs - (handlerMs ?? 0);
    c.res.headers.set("server-timing", `platform;dur=${overheadMs}, total;dur=${latencyMs}`);
    own.log("info", "request", {
      method: c.req.method,
      route: c.get("route"),
      status: c.res.status,
      latencyMs,
      ...(handlerMs === undefined ? {} : { overheadMs }),
      ...(tenant === undefined ? {} : { tenantId: tenant.tenantId }),
      ...(principal === undefined ? {} : { principalKind: principal.kind }),
      ...(errorCode === undefined ? {} : { code: errorCode }),
      ...c.get("logFields"),
    });
  };
}
