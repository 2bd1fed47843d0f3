import { scopedKey } from "#tenancy/scoped-key";
import type { TenantId } from "#tenancy/tenant-id";

/** The name of the object that holds a tenant's metrics and alert rules. */
export function metricsObjectName(tenantId: TenantId): string {
  return scopedKey(tenantId, "metrics");
}
