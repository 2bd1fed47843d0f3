import type { MiddlewareHandler } from "hono";

import { claimedTenantOf } from "#auth/authenticate";
import { readCredential } from "#auth/credential";
import type { AppEnv } from "#http/request-context";
import { resolveTenant } from "#tenancy/resolve-tenant";
import type { TenantDirectory } from "#tenancy/tenant-directory";

/** Finds the tenant of the request. Nothing after this runs without one. */
export function tenantOfRequest<Services>(directory: TenantDirectory): MiddlewareHandler<AppEnv<Services>> {
  return async (c, next) => {
    const { headers } = c.req.raw;
    const credential = readCredential(headers);
    const tenant = resolveTenant(directory, {
      header: headers.get("x-tenant-id") ?? undefined,
      hostname: new URL(c.req.url).hostname,
      credential: credential === undefined ? undefined : claimedTenantOf(credential),
    });
    c.set("tenant", tenant);
    c.set("log", c.get("log").with({ tenantId: tenant.tenantId }));
    await next();
  };
}
