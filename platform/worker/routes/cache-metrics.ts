import * as z from "#base/zod";

import { envelope } from "#http/envelope";
import { defineRoute } from "#http/route";
import type { Services } from "#worker/services";

/** As `CacheCounts` of the rag package. */
const countsSchema = z.object({
  searches: z.int(),
  stored: z.int(),
  inFlight: z.int(),
  misses: z.int(),
  bypassed: z.int(),
  hitRate: z.number(),
  savedMs: z.number(),
  savedTokens: z.int(),
});

/** `GET /metrics/cache`: how searches fare with the cache, in the isolate that answers, since it started. */
export const cacheMetricsRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/metrics/cache",
    operationId: "getCacheMetrics",
    summary: "Hit rate of the search cache and what it saved, in the isolate that answers, since it started",
    tag: "operations",
    access: "metrics",
    response: z.object({ search: countsSchema }),
  },
  ({ tenant, services, traceId }) =>
    Promise.resolve(envelope(traceId, { search: services.cacheTally.of(tenant.tenantId) })),
);
