import { describeOwn, hasId, type OwnResource } from "./own-resources.js";
import type { FoundResources, Resources } from "./resources.js";

/** One thing to make, or to write down. */
export type ProvisionStep =
  | { readonly do: "kv" }
  | { readonly do: "database" }
  | { readonly do: "migrate"; readonly names: readonly string[] }
  | { readonly do: "index" }
  | { readonly do: "metadata-index"; readonly property: string }
  | { readonly do: "gateway" }
  | { readonly do: "queue"; readonly name: string }
  | { readonly do: "own"; readonly resource: OwnResource }
  | { readonly do: "releases" }
  /** Ids go into tenant.config.json. */
  | { readonly do: "write-ids"; readonly fields: readonly ("kvNamespaceId" | "d1DatabaseId")[] }
  /** Ids of what is behind these bindings, too. */
  | { readonly do: "write-own-ids"; readonly bindings: readonly string[] };

export interface ProvisionLine {
  readonly sign: "+" | "~" | "=" | "!";
  readonly text: string;
}

export interface ProvisionPlan {
  readonly lines: readonly ProvisionLine[];
  readonly steps: readonly ProvisionStep[];
  readonly refusals: readonly { readonly why: string; readonly fix: string }[];
}

export interface ProvisionFacts {
  readonly wanted: Resources;
  readonly found: FoundResources;
  /** Names of the migrations that the database has not seen; all of them when it does not exist. */
  readonly pendingMigrations: readonly string[];
  readonly hasReleases: boolean;
}

/** Decides what has to be made. Pure. What exists under its name is taken, so a run that was killed is completed. */
export function planProvision({ wanted, found, pendingMigrations, hasReleases }: ProvisionFacts): ProvisionPlan {
  const parts: readonly Part[] = [
    part(found.namespace !== undefined, `KV namespace ${wanted.kvTitle}`, { do: "kv" }),
    part(found.database !== undefined, `D1 database ${wanted.databaseName}`, { do: "database" }),
    ...(pendingMigrations.length > 0
      ? [part(false, `D1 migrations ${pendingMigrations.join(", ")}`, { do: "migrate", names: pendingMigrations })]
      : []),
    part(found.index !== undefined, indexName(wanted), { do: "index" }),
    ...wanted.metadataIndexes.map((property) =>
      part(found.metadataIndexes.includes(property), `metadata index ${property} of ${wanted.index.name}`, {
        do: "metadata-index",
        property,
      }),
    ),
    part(found.hasGateway, `AI Gateway ${wanted.gatewayId}`, { do: "gateway" }),
    ...wanted.queues.map((name) => part(found.queues.includes(name), `queue ${name}`, { do: "queue", name })),
    ...wanted.own.map((resource) =>
      part(found.own.has(resource.binding), describeOwn(resource), { do: "own", resource }),
    ),
    part(hasReleases, "D1 database platform-releases, for the records of all tenants of the account", {
      do: "releases",
    }),
    ...writeIds(wanted),
    ...writeOwnIds(wanted),
  ];
  return {
    lines: parts.map(({ line }) => line),
    steps: parts.flatMap(({ step }) => step),
    refusals: refusals(wanted, found),
  };
}

interface Part {
  readonly line: ProvisionLine;
  readonly step: readonly ProvisionStep[];
}

function part(isThere: boolean, text: string, step: ProvisionStep): Part {
  return isThere ? { line: { sign: "=", text }, step: [] } : { line: { sign: "+", text }, step: [step] };
}

function writeIds({ environment, kvNamespaceId, databaseId }: Resources): Part[] {
  const fields = [
    ...(kvNamespaceId === undefined ? ["kvNamespaceId" as const] : []),
    ...(databaseId === undefined ? ["d1DatabaseId" as const] : []),
  ];
  if (fields.length === 0) return [];
  const text = `tenant.config.json: environments.${environment}.resources.{${fields.join(", ")}}`;
  return [{ line: { sign: "~", text }, step: [{ do: "write-ids", fields }] }];
}

function writeOwnIds({ environment, own }: Resources): Part[] {
  const bindings = own.filter((resource) => hasId(resource) && resource.id === undefined).map(({ binding }) => binding);
  if (bindings.length === 0) return [];
  const text = `tenant.config.json: bindings.{${bindings.join(", ")}}.ids.${environment}`;
  return [{ line: { sign: "~", text }, step: [{ do: "write-own-ids", bindings }] }];
}

/** An id that leads nowhere is never replaced: behind it there may have been data. */
function refusals(wanted: Resources, found: FoundResources): ProvisionPlan["refusals"] {
  const lost = (kind: string, id: string | undefined, isThere: boolean) =>
    id === undefined || isThere
      ? []
      : [
          {
            why: `the ${kind} ${id} of tenant.config.json is not in the account`,
            fix: "correct the id; if it was deleted, remove it from tenant.config.json and provision anew, without its data",
          },
        ];
  const { index } = found;
  const isOtherShape =
    index !== undefined &&
    (index.config.dimensions !== wanted.index.dimensions || index.config.metric !== wanted.index.metric);
  return [
    ...lost("KV namespace", wanted.kvNamespaceId, found.namespace !== undefined),
    ...lost("D1 database", wanted.databaseId, found.database !== undefined),
    ...wanted.own.flatMap((own) => lost(describeOwn(own), own.id, found.own.has(own.binding))),
    ...(isOtherShape
      ? [
          {
            why: `the Vectorize index ${wanted.index.name} has ${index.config.dimensions} dimensions (${index.config.metric}), the config wants ${wanted.index.dimensions} (${wanted.index.metric})`,
            fix: "an index cannot be changed: name another one in resources.vectorizeIndex, and ingest again",
          },
        ]
      : []),
  ];
}

function indexName({ index }: Resources): string {
  return `Vectorize index ${index.name} (${index.dimensions} dimensions, ${index.metric})`;
}
