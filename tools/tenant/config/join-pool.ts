import { ENVIRONMENTS, resolveEnvironment } from "#tenancy/environments";
import { type ConfigFile, findTenantConflicts, type TenantConflict } from "#tenancy/find-tenant-conflicts";
import type { ConfigProblem, TenantFile } from "#tenancy/parse-tenant-config";
import { tenantConfigSchema } from "#tenancy/tenant-config";

/** A pool that holds together. */
export interface JoinedPool {
  /** The pool as operators deploy it: one Worker with the host names of all its tenants. */
  readonly worker: TenantFile;
  /** Its tenants as the Worker serves them: each with the pool's resources. */
  readonly tenants: readonly TenantFile[];
}

export type JoinResult =
  | { readonly ok: true; readonly pool: JoinedPool }
  | { readonly ok: false; readonly conflicts: readonly TenantConflict[] };

/**
 * Makes one Worker of a pool's own config, which says whose account and resources these are, and of its tenants' configs.
 * Pure. What a tenant would have for itself and a pool has once, such as a database or a binding, is refused.
 */
export function joinPool(own: ConfigFile, given: readonly ConfigFile[]): JoinResult {
  const members = given.map(withLocalName);
  const conflicts = [
    ...ownConflicts(own),
    ...members.flatMap((member) => memberConflicts(own, member)),
    ...hostless(members),
    ...findTenantConflicts([own, ...members]),
  ];
  if (conflicts.length > 0) return { ok: false, conflicts };
  const configs = members.map(({ config }) => config);
  return { ok: true, pool: { worker: workerOf(own.config, configs), tenants: configs.map(servedBy(own.config)) } };
}

/** On this machine each tenant has a host of its own: browsers and curl look for `*.localhost` here (RFC 6761, section 6.3). */
function withLocalName({ file, config }: ConfigFile): ConfigFile {
  const { dev } = config.environments;
  if (dev.hostnames.length > 0) return { file, config };
  const named = { ...dev, hostnames: [`${config.tenantId}.localhost`] };
  return { file, config: { ...config, environments: { ...config.environments, dev: named } } };
}

function ownConflicts({ file, config }: ConfigFile): TenantConflict[] {
  const hosts = ENVIRONMENTS.filter((name) => config.environments[name].hostnames.length > 0);
  return [
    ...hosts.map((name) => ({
      file,
      field: `environments.${name}.hostnames`,
      rule: "a host name belongs to a tenant, and this is the config of a pool",
      remedy: "move it to the config of the tenant that is asked there",
    })),
    ...notOfPools(file, config),
    ...ownBindings(file, config, "a pool"),
    ...(config.vectorize.mode === "namespace"
      ? []
      : [
          {
            file,
            field: "vectorize.mode",
            rule: 'is "index", and a pool has one index, with a namespace for each tenant',
            remedy: 'set it to "namespace", or leave it out',
          },
        ]),
  ];
}

/** What of a config is the Worker's, which a pool has one of. */
const OF_POOLS: ReadonlySet<string> = new Set([
  ...["$schema", "tenantId", "displayName", "accountId", "environments", "vectorize", "bindings", "secrets"],
]);

/** A field that would say something of tenants and would be heard by none. */
function notOfPools(file: string, config: TenantFile): TenantConflict[] {
  const { tenantId, displayName, accountId } = config;
  const usual = new Map(Object.entries(tenantConfigSchema.parse({ tenantId, displayName, accountId })));
  const said = Object.entries(config).filter(
    ([field, value]) => !OF_POOLS.has(field) && JSON.stringify(value) !== JSON.stringify(usual.get(field)),
  );
  const models = ENVIRONMENTS.filter((name) => Object.keys(config.environments[name].models).length > 0);
  return [...said.map(([field]) => field), ...models.map((name) => `environments.${name}.models`)].map((field) => ({
    file,
    field,
    rule: "says something of a tenant, and this is the config of a pool",
    remedy: "move it to the configs of the tenants that it is meant for",
  }));
}

function memberConflicts(own: ConfigFile, { file, config }: ConfigFile): TenantConflict[] {
  const pool = own.config;
  const mustEqual = (field: string, mine: unknown, pools: unknown): ConfigProblem[] =>
    mine === pools
      ? []
      : [
          {
            field,
            rule: `is ${JSON.stringify(mine)}, and that of its pool ${JSON.stringify(pools)}: they are the same Worker's`,
            remedy: `write ${JSON.stringify(pools)} here, change ${own.file}, or give the tenant a Worker of its own`,
          },
        ];
  const problems = [
    ...mustEqual("accountId", config.accountId, pool.accountId),
    ...mustEqual("vectorize.mode", config.vectorize.mode, "namespace"),
    ...mustEqual("vectorize.dimensions", config.vectorize.dimensions, pool.vectorize.dimensions),
    ...mustEqual("vectorize.metric", config.vectorize.metric, pool.vectorize.metric),
    ...ENVIRONMENTS.flatMap((name) => {
      const { workerName, resources } = config.environments[name];
      const owned = [...(workerName === undefined ? [] : ["workerName"]), ...Object.keys(resources)];
      return owned.map((what) => ({
        field: `environments.${name}.${what === "workerName" ? what : `resources.${what}`}`,
        rule: "a tenant of a pool has the Worker and the resources of its pool",
        remedy: `remove it here; those of the pool are in ${own.file}`,
      }));
    }),
  ];
  return [...problems.map((problem) => ({ file, ...problem })), ...ownBindings(file, config, "a tenant of a pool")];
}

/** A tenant that nobody could ask where the others have host names. */
function hostless(members: readonly ConfigFile[]): TenantConflict[] {
  return ENVIRONMENTS.flatMap((name) => {
    const hasHosts = ({ config }: ConfigFile): boolean => config.environments[name].hostnames.length > 0;
    const without = members.some(hasHosts) ? members.filter((member) => !hasHosts(member)) : [];
    return without.map(({ file }) => ({
      file,
      field: `environments.${name}.hostnames`,
      rule: "is empty, and other tenants of the pool have host names there: nobody could ask for this one",
      remedy: "name a host of its own",
    }));
  });
}

function ownBindings(file: string, { bindings = {} }: TenantFile, who: string): TenantConflict[] {
  return Object.keys(bindings).map((binding) => ({
    file,
    field: `bindings.${binding}`,
    rule: `${who} can have no binding of its own: all its tenants would reach what is behind it`,
    remedy: "remove it, or give the tenant that needs it a Worker of its own: tenant() in a folder of its own",
  }));
}

function workerOf(pool: TenantFile, tenants: readonly TenantFile[]): TenantFile {
  const environments = ENVIRONMENTS.map((name) => {
    const hostnames = tenants.flatMap((tenant) => tenant.environments[name].hostnames);
    return [name, { ...pool.environments[name], hostnames }] as const;
  });
  return {
    ...pool,
    enabled: tenants.some(({ enabled }) => enabled),
    environments: Object.fromEntries(environments) as TenantFile["environments"],
    insights: { ...pool.insights, enabled: tenants.some(({ insights }) => insights.enabled) },
    secrets: [...new Set([pool, ...tenants].flatMap(({ secrets }) => secrets))],
  };
}

/** A tenant with the pool's resources, by names that are no longer derived from its own. */
function servedBy(pool: TenantFile): (tenant: TenantFile) => TenantFile {
  return (tenant) => {
    const environments = ENVIRONMENTS.map((name) => {
      const { workerName, kvNamespaceId, d1DatabaseId, d1DatabaseName, vectorizeIndex, gatewayId } = resolveEnvironment(
        pool.tenantId,
        pool.environments,
        name,
      );
      const ids = {
        ...(kvNamespaceId === undefined ? {} : { kvNamespaceId }),
        ...(d1DatabaseId === undefined ? {} : { d1DatabaseId }),
      };
      const resources = { ...ids, d1DatabaseName, vectorizeIndex, gatewayId };
      return [name, { ...tenant.environments[name], workerName, resources }] as const;
    });
    return { ...tenant, environments: Object.fromEntries(environments) as TenantFile["environments"] };
  };
}
