import { TenantDirectory } from "#tenancy/tenant-directory";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { WorkerVars } from "#worker/env";

/** The tenants of the bundle, with what the environment's variables change about them. */
export function loadDirectory(
  tenants: readonly TenantConfig[],
  { environment, areLimitsOn }: WorkerVars,
): TenantDirectory {
  if (areLimitsOn) return TenantDirectory.load(tenants, environment);
  const unlimited = tenants.map((config) => ({ ...config, limits: { ...config.limits, enforced: false } }));
  return TenantDirectory.load(unlimited, environment);
}
