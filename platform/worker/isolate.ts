import { systemClock } from "#base/clock";
import { quotaNamespace } from "#limits/quota-calls";
import { QuotaClient } from "#limits/quota-client";
import type { ToolRegistry } from "#llm-tools/registry";
import type { MetricRecorder } from "#metrics/metric-recorder";
import { createLogger, describeThrown, type Logger } from "#observability/logger";
import type { EnvironmentName } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { TenantDirectory } from "#tenancy/tenant-directory";
import { parseVars, type WorkerEnv } from "#worker/env";
import { loadDirectory } from "#worker/load-directory";
import type { Insights } from "#worker/insights";

/** What requests, sessions and jobs of an isolate share: made once, because it holds the isolate's leases and metrics. */
export interface Isolate {
  readonly environment: EnvironmentName;
  /** The tenants of the bundle. */
  readonly directory: TenantDirectory;
  readonly quotas: QuotaClient;
  /** The tools of the bundle. */
  readonly tools: ToolRegistry;
  /** Absent when no tenant here wants its metrics. */
  readonly metrics: MetricRecorder | undefined;
  readonly log: Logger;
}

/** What of a bundle an isolate is made of. */
interface BundleParts {
  readonly tenants: readonly TenantConfig[];
  readonly tools: ToolRegistry;
  readonly insights: Insights | undefined;
}

/** Gives the isolate's parts. They are made with the first bindings, which reach a module only with a request. */
export function isolateOf(bundle: BundleParts): (env: WorkerEnv) => Isolate {
  let isolate: Isolate | undefined;
  return (env) => (isolate ??= makeIsolate(bundle, env));
}

function makeIsolate({ tenants, tools, insights }: BundleParts, env: WorkerEnv): Isolate {
  const vars = parseVars(env);
  const directory = loadDirectory(tenants, vars);
  const metrics = insights?.recorder(env, directory);
  // One JSON line per entry: Workers Logs takes `console.log` and parses it.
  const write = (line: string): void => {
    console.log(line);
  };
  const log = createLogger("info", write, {}, (event, fields) => metrics?.note(event, fields));
  const quotas = new QuotaClient(quotaNamespace(env.QUOTAS), {
    clock: systemClock,
    reportFailure: (tenantId, error) => {
      log.log("error", "quota_failed", { tenantId, dependency: "quotas", error: describeThrown(error) });
    },
  });
  return { environment: vars.environment, directory, quotas, tools, metrics, log };
}
