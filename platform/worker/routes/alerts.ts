import * as z from "#base/zod";

import { PlatformError } from "#base/errors";
import { envelope } from "#http/envelope";
import type { RequestContext } from "#http/request-context";
import { defineRoute, type Route } from "#http/route";
import { MAX_ALERTS } from "#metrics/alert-book";
import { alertRuleSchema, alertSchema, runbookOf } from "#metrics/alert-rule";
import { rulesOf } from "#metrics/judge-alerts";
import type { Services } from "#worker/services";

type Context = RequestContext<Services>;
type Alert = z.output<typeof alertSchema>;

const about = { tag: "operations", access: "metrics" } as const;
const { id: idSchema, ...bodyShape } = alertRuleSchema.shape;
const bodySchema = z.strictObject(bodyShape);
const paramsSchema = z.strictObject({ id: idSchema });

const listRoute = defineRoute<Services>()(
  {
    ...about,
    method: "GET",
    path: "/metrics/alerts",
    operationId: "listAlerts",
    summary: "Alert rules, the standard ones too, and which of them fire",
    response: z.object({ alerts: z.array(alertSchema) }),
  },
  async (context) => envelope(context.traceId, { alerts: [...(await readAlerts(context)).values()] }),
);

const createRoute = defineRoute<Services>()(
  {
    ...about,
    method: "POST",
    path: "/metrics/alerts",
    operationId: "createAlert",
    summary: "Make an alert rule",
    body: z.strictObject({ ...alertRuleSchema.shape, id: z.optional(idSchema) }),
    response: alertSchema,
  },
  async (context, { body }) => {
    const id = body.id ?? crypto.randomUUID();
    if ((await readAlerts(context)).has(id))
      throw new PlatformError("conflict", `There is a rule "${id}". PUT /metrics/alerts/${id} changes it.`);
    return write(context, id, body, 201);
  },
);

const readRoute = defineRoute<Services>()(
  {
    ...about,
    method: "GET",
    path: "/metrics/alerts/:id",
    operationId: "getAlert",
    summary: "One alert rule",
    params: paramsSchema,
    response: alertSchema,
  },
  async (context, { params: { id } }) => envelope(context.traceId, await demand(context, id)),
);

const changeRoute = defineRoute<Services>()(
  {
    ...about,
    method: "PUT",
    path: "/metrics/alerts/:id",
    operationId: "changeAlert",
    summary: "Change an alert rule, or make it",
    params: paramsSchema,
    body: bodySchema,
    response: alertSchema,
  },
  async (context, { params: { id }, body }) => write(context, id, body),
);

const deleteRoute = defineRoute<Services>()(
  {
    ...about,
    method: "DELETE",
    path: "/metrics/alerts/:id",
    operationId: "deleteAlert",
    summary: "Remove an alert rule; a standard rule is again as it was",
    params: paramsSchema,
    response: z.object({ deleted: z.literal(true) }),
  },
  async (context, { params: { id } }) => {
    await demand(context, id);
    await context.services.metrics.setAlert(context.tenant.tenantId, id, undefined);
    return envelope(context.traceId, { deleted: true });
  },
);

/** `/metrics/alerts`: the rules by which somebody is told. */
export const alertRoutes: readonly Route<Services>[] = [listRoute, createRoute, readRoute, changeRoute, deleteRoute];

async function readAlerts({ tenant, services }: Context): Promise<Map<string, Alert>> {
  const rules = rulesOf(await services.metrics.alerts(tenant.tenantId));
  return new Map(
    [...rules].map(([id, { sinceMs, ...rule }]) => [
      id,
      { ...rule, runbook: runbookOf(rule), firingSince: sinceMs > 0 ? new Date(sinceMs).toISOString() : null },
    ]),
  );
}

async function demand(context: Context, id: string): Promise<Alert> {
  const alert = (await readAlerts(context)).get(id);
  if (alert === undefined) throw unknown(id);
  return alert;
}

async function write(context: Context, id: string, rule: z.output<typeof bodySchema>, status = 200): Promise<Response> {
  const { tenant, services, traceId } = context;
  if (!(await services.metrics.setAlert(tenant.tenantId, id, JSON.stringify({ ...rule, id }))))
    throw new PlatformError("conflict", `A tenant has at most ${MAX_ALERTS} rules. Delete one that is not needed.`);
  return envelope(traceId, await demand(context, id), { status });
}

function unknown(id: string): PlatformError {
  return new PlatformError("not_found", `There is no rule "${id}". GET /metrics/alerts lists them.`);
}
