/** One module of a version; its content is in the blob store. */
export interface ModuleRecord {
  readonly name: string;
  /** MIME type as uploaded, e.g. `application/javascript+module`. */
  readonly type: string;
  /** SHA-256 of the content. */
  readonly digest: string;
}

/** A binding as wrangler uploads it. Secrets keep their text here; {@link readableBinding} takes it away. */
export type BindingRecord = Readonly<Record<string, unknown>> & { readonly type: string; readonly name: string };

/** An immutable version of a script. */
export interface VersionRecord {
  readonly id: string;
  readonly number: number;
  readonly createdAt: string;
  readonly authorEmail: string;
  /** Who made it: `wrangler`, `api`, `dash`. */
  readonly source: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly bindings: readonly BindingRecord[];
  readonly mainModule: string;
  readonly modules: readonly ModuleRecord[];
  /** `compatibility_date`, `compatibility_flags`, `limits`, `placement`, … as uploaded. */
  readonly runtime: Readonly<Record<string, unknown>>;
  /** Static files: path → hash and digest, and how they are served. */
  readonly assets?: AssetsRecord;
  /** Tag of the Durable Object migration that the version was made after. */
  readonly migrationTag: string | undefined;
}

export interface AssetsRecord {
  readonly files: Readonly<Record<string, { readonly digest: string }>>;
  readonly config: Readonly<Record<string, unknown>>;
}

export interface DeploymentRecord {
  readonly id: string;
  readonly createdAt: string;
  readonly authorEmail: string;
  readonly source: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly versions: readonly TrafficShare[];
}

export interface TrafficShare {
  readonly version_id: string;
  /** 0 to 100. */
  readonly percentage: number;
}

export interface SubdomainRecord {
  readonly enabled: boolean;
  readonly previews_enabled: boolean;
}

/** A Durable Object class that a migration made. */
export interface ClassRecord {
  readonly storage: "sqlite" | "legacy-kv";
  readonly namespaceId: string;
}

/** A script: what is not of one version. */
export interface ScriptRecord {
  readonly name: string;
  /** Immutable id of the script. */
  readonly tag: string;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly lastDeployedFrom: string;
  readonly migrationTag: string | undefined;
  readonly classes: Readonly<Record<string, ClassRecord>>;
  readonly subdomain: SubdomainRecord;
  readonly schedules: readonly { readonly cron: string; readonly created_on: string; readonly modified_on: string }[];
  /** `logpush`, `observability`, `tail_consumers`, `tags`: the same for all versions. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly versions: readonly VersionRecord[];
  /** Newest first. */
  readonly deployments: readonly DeploymentRecord[];
}

/** A hostname that leads to a script. */
export interface DomainRecord {
  readonly id: string;
  readonly hostname: string;
  readonly service: string;
  readonly environment: string;
  readonly zone_id: string;
  readonly zone_name: string;
}

/** A pattern (`example.com/api/*`) that leads to a script. */
export interface RouteRecord {
  readonly id: string;
  readonly pattern: string;
  readonly script: string;
}

/** A binding as the API shows it: without the text of secrets. */
export function readableBinding(binding: BindingRecord): Record<string, unknown> {
  if (!binding.type.startsWith("secret_")) return { ...binding };
  return { name: binding.name, type: binding.type };
}

/** The version that most requests reach. */
export function activeVersion(script: ScriptRecord): VersionRecord | undefined {
  const shares = script.deployments[0]?.versions ?? [];
  const top = shares.toSorted((a, b) => b.percentage - a.percentage)[0];
  return script.versions.find(({ id }) => id === top?.version_id);
}
