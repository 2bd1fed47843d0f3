import { PlatformError } from "#base/errors";
import { claimedTenantOfKey, type ApiKeyRecord } from "#auth/api-key";
import type { Principal } from "#auth/principal";
import { claimedTenantOfJwt, looksLikeJwt } from "#auth/token-form";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { TenantId } from "#tenancy/tenant-id";

/** Looks up the record of a presented key among a tenant's own keys. */
export interface ApiKeyStore {
  find(tenantId: TenantId, key: string): Promise<ApiKeyRecord | undefined>;
}

/** Verifies tokens of a tenant's identity provider. */
export interface TokenVerifier {
  /** The bearer of a token, or `undefined` when the token does not hold here for whatever reason. */
  verify(tenant: TenantConfig, token: string, nowMs: number): Promise<Principal | undefined>;
}

/** What proves a credential. */
export interface Authenticators {
  readonly apiKeys: ApiKeyStore;
  /** Absent in a Worker none of whose tenants accepts tokens. */
  readonly tokens?: TokenVerifier | undefined;
}

/** The tenant that a credential claims to be of: selects whom to ask, proves nothing. */
export function claimedTenantOf(credential: string): string | undefined {
  return looksLikeJwt(credential) ? claimedTenantOfJwt(credential) : claimedTenantOfKey(credential);
}

/**
 * Decides who makes a request to a tenant. No credential → the anonymous principal with the tenant's anonymous scopes.
 * A credential that is malformed, unknown, expired or another tenant's gives the same `unauthenticated`:
 * the answer never says which, nor whose it is.
 */
export async function authenticate(
  tenant: TenantConfig,
  credential: string | undefined,
  { apiKeys, tokens }: Authenticators,
  nowMs: number,
): Promise<Principal> {
  if (credential === undefined) {
    return { kind: "anonymous", id: "anonymous", scopes: new Set(tenant.auth.anonymousScopes), acl: new Set() };
  }
  if (looksLikeJwt(credential)) {
    const bearer = await tokens?.verify(tenant, credential, nowMs);
    if (bearer === undefined) throw invalidCredential();
    return bearer;
  }
  if (claimedTenantOfKey(credential) !== tenant.tenantId) throw invalidCredential();
  const record = await apiKeys.find(tenant.tenantId, credential);
  if (record === undefined || (record.expiresAt !== undefined && Date.parse(record.expiresAt) <= nowMs))
    throw invalidCredential();
  return { kind: "key", id: record.id, scopes: new Set(record.scopes), acl: new Set(record.acl) };
}

function invalidCredential(): PlatformError {
  return new PlatformError("unauthenticated", "The API key or token is not valid here.", {
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  });
}
