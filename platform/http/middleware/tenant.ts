import { claimedTenantOf } from "#auth/authenticate";
import { readCredential } from "#auth/credential";
import type { Middleware } from "#http/exchange";
import { resolveTenant } from "#tenancy/resolve-tenant";
import type { TenantDirectory } from "#tenancy/tenant-directory";

/** Finds the tenant of the request. Nothing after this runs without one. */
export function tenantOfRequest(directory: TenantDirectory): Middleware {
  return async (c, next) => {
    const { headers } = c.request;
    const credential = readCredential(headers);
    const tenant = resolveTenant(directory, {
      header: headers.get("x-tenant-id") ?? undefined,
      hostname: c.url.hostname,
      credential: credential === undefined ? undefined : claimedTenantOf(credential),
    });
    c.notes.tenant = tenant;
    c.notes.log = c.notes.log.with({ tenantId: tenant.tenantId });
    await next();
  };
}
