import * as z from "#base/zod";

import { envelope } from "#http/envelope";
import { defineRoute } from "#http/route";
import type { Services } from "#worker/services";

const limitSchema = z.object({
  name: z.string(),
  limit: z.int(),
  used: z.int(),
  remaining: z.int(),
  resetAt: z.iso.datetime(),
});

const budgetSchema = z.object({
  scope: z.enum(["tenant", "key", "model"]),
  id: z.optional(z.string()),
  unit: z.enum(["tokens", "usd"]),
  window: z.enum(["day", "month"]),
  limit: z.number(),
  used: z.number(),
  reserved: z.number(),
  resetAt: z.iso.datetime(),
  mode: z.enum(["enforce", "warn"]),
});

/** What the caller can do here, `speech` with these models: a page shows nothing else. */
const callerShape = {
  scopes: z.array(z.string()),
  features: z.object({ metrics: z.boolean(), speech: z.array(z.string()) }),
};

/** `GET /usage`: what the caller has used of each limit and budget, and when it resets; and what is open to it. */
export const usageRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/usage",
    operationId: "getUsage",
    summary: "What the caller has used of each limit and budget, and when it resets",
    tag: "operations",
    access: "any-key",
    response: z.looseObject({
      limits: z.array(limitSchema),
      budgets: z.array(budgetSchema),
      ...callerShape,
    }),
  },
  async ({ tenant, services, principal, request, traceId }) => {
    const ip = request.headers.get("cf-connecting-ip") ?? "unknown";
    const usage = await services.usage(tenant, { principalId: principal.id, ip });
    const features = { metrics: services.hasMetrics && tenant.insights.enabled, speech: services.speechModels(tenant) };
    return envelope(traceId, { ...usage, scopes: [...principal.scopes], features });
  },
);
