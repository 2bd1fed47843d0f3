import { ENVIRONMENTS, type EnvironmentName, resolveEnvironment } from "#tenancy/environments";
import { ownResourceId, ownResourceName } from "#tenancy/own-bindings";
import type { ConfigProblem, TenantFile } from "#tenancy/parse-tenant-config";

/** A tenant's config and the file it came from. */
export interface ConfigFile {
  readonly file: string;
  readonly config: TenantFile;
}

/** A problem between two tenants, reported at the later file. */
export interface TenantConflict extends ConfigProblem {
  readonly file: string;
}

/**
 * Finds what two tenants must never have in common: an id, a host name, or a resource of the same account.
 * Pure. Files are compared in the order given, so the result is stable.
 */
export function findTenantConflicts(files: readonly ConfigFile[]): readonly TenantConflict[] {
  const owners = new Map<string, { readonly file: string; readonly isExclusive: boolean }>();
  const conflicts: TenantConflict[] = [];
  for (const { file, config } of files) {
    for (const claim of claimsOf(config)) {
      const key = JSON.stringify([claim.kind, claim.scope, claim.value]);
      const owner = owners.get(key);
      const isExclusive = claim.isShareable !== true;
      if (owner === undefined) owners.set(key, { file, isExclusive });
      else if (owner.file !== file && (owner.isExclusive || isExclusive))
        conflicts.push({ file, ...describe(claim, owner.file) });
    }
  }
  return conflicts;
}

interface Claim {
  readonly kind: string;
  /** Where the value must be unique: everywhere, or within an account. */
  readonly scope: string;
  readonly value: string;
  readonly field: string;
  /** Tenants that say so may use it together. */
  readonly isShareable?: boolean;
}

function claimsOf(config: TenantFile): Claim[] {
  const claims: Claim[] = [{ kind: "tenant id", scope: "", value: config.tenantId, field: "tenantId" }];
  for (const name of ENVIRONMENTS) {
    const environment = resolveEnvironment(config.tenantId, config.environments, name);
    const at = `environments.${name}`;
    environment.hostnames.forEach((value, index) =>
      claims.push({ kind: "host name", scope: "", value, field: `${at}.hostnames.${index}` }),
    );
    const owned: [kind: string, field: string, value: string | undefined][] = [
      ["Worker name", "workerName", environment.workerName],
      ["KV namespace", "resources.kvNamespaceId", environment.kvNamespaceId],
      ["D1 database", "resources.d1DatabaseId", environment.d1DatabaseId],
      ["D1 database name", "resources.d1DatabaseName", environment.d1DatabaseName],
    ];
    for (const [kind, field, value] of owned) {
      if (value !== undefined) claims.push({ kind, scope: config.accountId, value, field: `${at}.${field}` });
    }
    claims.push({
      kind: "Vectorize index",
      scope: config.accountId,
      value: environment.vectorizeIndex,
      field: `${at}.resources.vectorizeIndex`,
      // Each tenant has a namespace of its own in it.
      isShareable: config.vectorize.mode === "namespace",
    });
    claims.push(...ownClaims(config, name, environment.workerName));
  }
  return claims;
}

/** How what is behind a binding is called where the platform has the same kind of it. */
const OWN_KINDS: Readonly<Record<string, readonly [byId: string | undefined, byName: string]>> = {
  kv: ["KV namespace", "KV namespace name"],
  d1: ["D1 database", "D1 database name"],
  r2: [undefined, "R2 bucket"],
  vectorize: [undefined, "Vectorize index"],
  queue: [undefined, "queue"],
};

/** What is behind a tenant's own bindings in one environment. */
function ownClaims({ accountId: scope, bindings = {} }: TenantFile, name: EnvironmentName, worker: string): Claim[] {
  return Object.entries(bindings).flatMap(([binding, { kind }]): Claim[] => {
    const [byId, byName] = OWN_KINDS[kind] ?? [];
    if (byName === undefined) return [];
    const field = `bindings.${binding}`;
    const id = ownResourceId(bindings, binding, name);
    return [
      { kind: byName, scope, value: ownResourceName(worker, binding), field },
      ...(byId === undefined || id === undefined
        ? []
        : [{ kind: byId, scope, value: id, field: `${field}.ids.${name}` }]),
    ];
  });
}

function describe(claim: Claim, owner: string): ConfigProblem {
  return {
    field: claim.field,
    rule: `the ${claim.kind} "${claim.value}" is taken by ${owner}: no two tenants may share it`,
    remedy: `choose another ${claim.kind} here, or remove it from ${owner}`,
  };
}
