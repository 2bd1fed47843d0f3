import { scopedKey } from "#tenancy/scoped-key";
import type { TenantId } from "#tenancy/tenant-id";

/** The name of a session's object: tenant first, so that equal session ids of two tenants are two objects. */
export function sessionObjectName(tenantId: TenantId, sessionId: string): string {
  return scopedKey(tenantId, "session", sessionId);
}
