import type { ExchangeNotes, Middleware } from "#http/exchange";
import type { Logger } from "#observability/logger";

/**
 * Writes one line per request, and tells the same times to the caller (`Server-Timing`): `platform` is what was not the
 * route's own work. A stream is logged when its headers are sent: its own end has a line of its own.
 */
export function accessLog(log: Logger): Middleware {
  return async (c, next) => {
    const own = log.with({ traceId: c.notes.traceId });
    c.notes.log = own;
    c.notes.route = "(none)";
    await next();
    const { tenant, principal, errorCode, handlerMs, logFields } = c.notes as Partial<ExchangeNotes>;
    const latencyMs = Date.now() - c.notes.startedMs;
    const overheadMs = latencyMs - (handlerMs ?? 0);
    c.answer.headers.set("server-timing", `platform;dur=${overheadMs}, total;dur=${latencyMs}`);
    own.log("info", "request", {
      method: c.request.method,
      route: c.notes.route,
      status: c.answer.status,
      latencyMs,
      ...(handlerMs === undefined ? {} : { overheadMs }),
      ...(tenant === undefined ? {} : { tenantId: tenant.tenantId }),
      ...(principal === undefined ? {} : { principalKind: principal.kind }),
      ...(errorCode === undefined ? {} : { code: errorCode }),
      ...logFields,
    });
  };
}
