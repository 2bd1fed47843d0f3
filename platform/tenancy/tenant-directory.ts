import { defect } from "#base/errors";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { EnvironmentName } from "#tenancy/environments";

/**
 * The tenants one Worker serves. Look-ups take text from a request, so both tables are `Map`s:
 * `constructor` and `__proto__` are tenants nobody knows.
 */
export class TenantDirectory {
  readonly #byId: ReadonlyMap<string, TenantConfig>;
  readonly #byHostname: ReadonlyMap<string, TenantConfig>;

  private constructor(tenants: readonly TenantConfig[], environment: EnvironmentName) {
    this.#byId = new Map(tenants.map((tenant) => [tenant.tenantId, tenant]));
    this.#byHostname = new Map(
      tenants.flatMap((tenant) => tenant.environments[environment].hostnames.map((host) => [host, tenant] as const)),
    );
  }

  /** Takes the configs as the build has checked them and filled in their defaults. */
  static load(tenants: readonly TenantConfig[], environment: EnvironmentName): TenantDirectory {
    const alone = tenants.find(({ vectorize }) => vectorize.mode === "index");
    if (tenants.length > 1 && alone !== undefined) {
      throw defect(
        `${alone.tenantId} has vectorize.mode "index", and a pool has one index for all: set it to "namespace", or give the tenant a Worker of its own`,
      );
    }
    return new TenantDirectory(tenants, environment);
  }

  /** The only tenant of a silo Worker; `undefined` in a pool. */
  get sole(): TenantConfig | undefined {
    return this.#byId.size === 1 ? this.#byId.values().next().value : undefined;
  }

  all(): readonly TenantConfig[] {
    return [...this.#byId.values()];
  }

  byId(id: string): TenantConfig | undefined {
    return this.#byId.get(id);
  }

  /** `host` is a host name in lower case, without a port. */
  byHostname(host: string): TenantConfig | undefined {
    return this.#byHostname.get(host);
  }
}
