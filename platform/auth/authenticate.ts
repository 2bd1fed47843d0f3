import { PlatformError } from "#base/errors";
import { claimedTenantOf, type ApiKeyRecord } from "#auth/api-key";
import type { Principal } from "#auth/principal";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { TenantId } from "#tenancy/tenant-id";

/** Looks up the record of a presented key among a tenant's own keys. */
export interface ApiKeyStore {
  find(tenantId: TenantId, key: string): Promise<ApiKeyRecord | undefined>;
}

/**
 * Decides who makes a request to a tenant. No credential → the anonymous principal with the tenant's anonymous scopes.
 * A key that is malformed, unknown, expired or another tenant's gives the same `unauthenticated`:
 * the answer never says which, nor whose the key is.
 */
export async function authenticate(
  tenant: TenantConfig,
  credential: string | undefined,
  store: ApiKeyStore,
  nowMs: number,
): Promise<Principal> {
  if (credential === undefined) {
    return { kind: "anonymous", id: "anonymous", scopes: new Set(tenant.auth.anonymousScopes), acl: new Set() };
  }
  if (claimedTenantOf(credential) !== tenant.tenantId) throw invalidKey();
  const record = await store.find(tenant.tenantId, credential);
  if (record === undefined || (record.expiresAt !== undefined && Date.parse(record.expiresAt) <= nowMs))
    throw invalidKey();
  return { kind: "key", id: record.id, scopes: new Set(record.scopes), acl: new Set(record.acl) };
}

function invalidKey(): PlatformError {
  return new PlatformError("unauthenticated", "The API key is not valid here.", {
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  });
}
