import * as z from "#base/zod";

import { chooseChatModel, chooseEmbeddingModel } from "#ai-gateway/choose-model";
import { ENVIRONMENTS } from "#tenancy/environments";
import { envelope } from "#http/envelope";
import { defineRoute } from "#http/route";
import type { Services } from "#worker/services";

const dependencySchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  latencyMs: z.number(),
});

const healthSchema = z.object({
  status: z.enum(["ok", "degraded"]),
  environment: z.enum(ENVIRONMENTS),
  version: z
    .optional(z.object({ id: z.string(), tag: z.string() }))
    .check(z.describe("The deployed version that answers, and the release it was uploaded as.")),
  models: z.object({ chat: z.string(), embedding: z.string() }),
  dependencies: z.optional(z.array(dependencySchema)).check(z.describe("Only with ?deep=1.")),
});

/** `GET /health`: whether the tenant is served here; with `?deep=1`, whether what it depends on answers. */
export const healthRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/health",
    operationId: "getHealth",
    summary: "Health of the tenant's Worker and, with ?deep=1, of each dependency (503 when one fails)",
    tag: "operations",
    access: "public",
    query: z.strictObject({ deep: z.optional(z.enum(["0", "1"])) }),
    response: healthSchema,
  },
  async ({ tenant, services, traceId }, { query }) => {
    const dependencies = query.deep === "1" ? await services.checkDependencies(tenant) : undefined;
    const isDegraded = dependencies?.some((dependency) => !dependency.ok) === true;
    const data: z.output<typeof healthSchema> = {
      status: isDegraded ? "degraded" : "ok",
      environment: services.environment,
      ...(services.version === undefined ? {} : { version: { id: services.version.id, tag: services.version.tag } }),
      models: {
        chat: chooseChatModel(tenant, { environment: services.environment, route: "/chat" }),
        embedding: chooseEmbeddingModel(tenant, services),
      },
      ...(dependencies === undefined ? {} : { dependencies: [...dependencies] }),
    };
    return envelope(traceId, data, { status: isDegraded ? 503 : 200, top: { tenantId: tenant.tenantId } });
  },
);
