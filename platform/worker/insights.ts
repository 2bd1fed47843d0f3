import { PlatformError } from "#base/errors";
import type { Route } from "#http/route";
import { judgeAlerts } from "#metrics/judge-alerts";
import { MetricRecorder } from "#metrics/metric-recorder";
import { metricsClient } from "#metrics/metrics-client";
import { MetricsObject } from "#metrics/metrics-object";
import type { TenantDirectory } from "#tenancy/tenant-directory";
import type { WorkerEnv } from "#worker/env";
import type { Isolate } from "#worker/isolate";
import { metricSink } from "#worker/metric-sink";
import { alertRoutes } from "#worker/routes/alerts";
import { metricRoutes } from "#worker/routes/metrics";
import type { Services } from "#worker/services";

/** What reads metrics, and tells when they are bad. */
export interface Insights {
  readonly routes: readonly Route<Services>[];
  /** The class of the objects that hold metrics. */
  readonly TenantMetrics: typeof MetricsObject;
  /** What measures, for an isolate with these tenants. */
  recorder(env: WorkerEnv, directory: TenantDirectory): MetricRecorder;
  /** Judges the alert rules of all tenants; a cron trigger calls it every minute. */
  judge(env: WorkerEnv, isolate: Isolate): Promise<void>;
}

/** Imported by the entry modules of tenants that want it and by nothing else, so that it is in no other bundle. */
export function insights(): Insights {
  return {
    TenantMetrics: MetricsObject,
    recorder: (env, directory) => new MetricRecorder(metricSink(env, directory)),
    routes: [...metricRoutes, ...alertRoutes].map(forMeasured),
    async judge(env, { directory, metrics: recorder, log }) {
      await recorder?.flush();
      const metrics = metricsClient(env.METRICS);
      const nowMs = Date.now();
      // One tenant's failure is not the others'.
      await Promise.allSettled(
        directory
          .all()
          .filter(({ insights: { enabled } }) => enabled)
          .map(({ tenantId, insights: { alertWebhook: webhookUrl } }) =>
            judgeAlerts(tenantId, { metrics, log, webhookUrl, nowMs }),
          ),
      );
    },
  };
}

/** A route that a pool's tenants have only if they are measured, as in a Worker of their own. */
function forMeasured(route: Route<Services>): Route<Services> {
  return {
    spec: route.spec,
    async handle(context, raw) {
      if (!context.tenant.insights.enabled) throw new PlatformError("not_found", "This tenant is not measured.");
      return route.handle(context, raw);
    },
  };
}
