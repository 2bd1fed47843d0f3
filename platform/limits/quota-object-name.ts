import { scopedKey } from "#tenancy/scoped-key";
import type { TenantId } from "#tenancy/tenant-id";

/** The name of the object that holds all limits of a tenant. */
export function quotaObjectName(tenantId: TenantId): string {
  return scopedKey(tenantId, "limits");
}
