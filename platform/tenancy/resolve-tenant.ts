import { PlatformError } from "#base/errors";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { TenantDirectory } from "#tenancy/tenant-directory";
import { TENANT_ID_PATTERN } from "#tenancy/tenant-id";

/** Everything in a request that can name a tenant, as sent: nothing here is trusted. */
export interface TenantSources {
  /** Value of `x-tenant-id`. */
  readonly header: string | undefined;
  /** Host name the request was sent to, without a port. */
  readonly hostname: string;
  /** Tenant that an API key or token claims. It only selects the tenant; whether the credential holds is checked later. */
  readonly credential: string | undefined;
}

/**
 * Decides which tenant a request belongs to, before anything is stored, read or asked of a model. Pure; fails closed.
 *
 * A Worker with one tenant serves that tenant implicitly; header and host may repeat it, never change it.
 * In a pool nothing is implicit, and header and host must agree when both name a tenant.
 * A credential selects a tenant only in a pool and only when nothing else does: where it disagrees with the header
 * or the host, authentication refuses it without saying whose it is.
 *
 * @throws PlatformError `tenant_required`, `tenant_unknown` or `tenant_mismatch`.
 */
export function resolveTenant(directory: TenantDirectory, sources: TenantSources): TenantConfig {
  const named = sources.header === undefined ? undefined : knownTenant(directory, sources.header);
  const hosted = directory.byHostname(sources.hostname.toLowerCase());
  if (named !== undefined && hosted !== undefined && named.tenantId !== hosted.tenantId) {
    throw new PlatformError("tenant_mismatch", "x-tenant-id and the host name name different tenants.");
  }
  const tenant = named ?? hosted ?? directory.sole ?? credentialTenant(directory, sources.credential);
  if (tenant === undefined || (tenant.tenancy.requireHeader && named === undefined)) {
    throw new PlatformError(
      "tenant_required",
      "Say which tenant you mean: send x-tenant-id, or use the tenant's own host name.",
    );
  }
  if (!tenant.enabled) throw unknownTenant();
  return tenant;
}

function knownTenant(directory: TenantDirectory, id: string): TenantConfig {
  const tenant = TENANT_ID_PATTERN.test(id) ? directory.byId(id) : undefined;
  if (tenant === undefined) throw unknownTenant();
  return tenant;
}

function credentialTenant(directory: TenantDirectory, claimed: string | undefined): TenantConfig | undefined {
  return claimed === undefined ? undefined : directory.byId(claimed);
}

function unknownTenant(): PlatformError {
  return new PlatformError("tenant_unknown", "There is no such tenant here.");
}
