import { PlatformError } from "#base/errors";
import type { AlertChange, AlertNotice, StoredAlert } from "#metrics/alert-book";
import type { Increment } from "#metrics/metric-recorder";
import type { MetricsEnv } from "#metrics/metrics-object";
import { metricsObjectName } from "#metrics/metrics-object-name";
import type { MetricQuery, MetricRow } from "#metrics/rollup-book";
import type { TenantId } from "#tenancy/tenant-id";

/** A tenant's metrics and alert rules, seen from a Worker. Errors: `unavailable` when their object does not answer. */
export interface MetricsClient {
  add(tenantId: TenantId, increments: readonly Increment[]): Promise<void>;
  read(tenantId: TenantId, query: MetricQuery): Promise<readonly MetricRow[]>;
  alerts(tenantId: TenantId): Promise<readonly StoredAlert[]>;
  setAlert(tenantId: TenantId, id: string, rule: string | undefined): Promise<boolean>;
  judge(tenantId: TenantId, changes: readonly AlertChange[], nowMs: number): Promise<readonly AlertNotice[]>;
  delivered(tenantId: TenantId, seqs: readonly number[]): Promise<void>;
}

/** Reaches metrics objects by the name that `metricsObjectName` gives. */
export function metricsClient(binding: MetricsEnv["METRICS"]): MetricsClient {
  const object = (tenantId: TenantId) => binding.getByName(metricsObjectName(tenantId));
  return {
    add: (tenantId, increments) => told(object(tenantId).add(tenantId, increments, Date.now())),
    read: (tenantId, query) => told(object(tenantId).read(tenantId, query)),
    alerts: (tenantId) => told(object(tenantId).alerts(tenantId)),
    setAlert: (tenantId, id, rule) => told(object(tenantId).setAlert(tenantId, id, rule)),
    judge: (tenantId, changes, nowMs) => told(object(tenantId).judge(tenantId, changes, nowMs)),
    delivered: (tenantId, seqs) => told(object(tenantId).delivered(tenantId, seqs)),
  };
}

async function told<Value>(call: Promise<Value>): Promise<Value> {
  try {
    return await call;
  } catch (cause) {
    throw new PlatformError("unavailable", "The metrics do not answer. Try again shortly.", { cause });
  }
}
