import { waitUntil } from "cloudflare:workers";

import type { Increment, MetricSink } from "#metrics/metric-recorder";
import { metricsClient } from "#metrics/metrics-client";
import type { TenantDirectory } from "#tenancy/tenant-directory";
import type { TenantId } from "#tenancy/tenant-id";
import type { WorkerEnv } from "#worker/env";

/** Points that one call of a Worker may write (developers.cloudflare.com/analytics/analytics-engine/limits). */
const MAX_POINTS = 250;

/**
 * Where the metrics of an isolate go: to Analytics Engine, for questions across tenants and months, and to the tenant's
 * metrics object, for everything that is read here. A point: index = tenant, blob1 = metric, blob2 = labels as JSON;
 * double1 = how many values, double2 = their sum, double3 = number of their bucket.
 */
export function metricSink({ ANALYTICS, METRICS }: WorkerEnv, directory: TenantDirectory): MetricSink {
  const metrics = metricsClient(METRICS);
  return {
    waitUntil,
    tenantOf(id) {
      const tenant = directory.byId(id);
      return tenant?.insights.enabled === true ? tenant.tenantId : undefined;
    },
    async store(tenantId, increments) {
      await metrics.add(tenantId, increments);
      // Behind the call that can fail and is then repeated: a point cannot be taken back.
      writePoints(tenantId, ANALYTICS, increments.slice(0, MAX_POINTS));
    },
  };
}

function writePoints(tenantId: TenantId, dataset: WorkerEnv["ANALYTICS"], increments: readonly Increment[]): void {
  for (const [metric, labels, bucket, count, sum] of increments)
    dataset?.writeDataPoint({ indexes: [tenantId], blobs: [metric, labels], doubles: [count, sum, bucket] });
}
