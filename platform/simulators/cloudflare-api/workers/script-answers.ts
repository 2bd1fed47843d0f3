import { activeVersion, readableBinding, type ScriptRecord, type VersionRecord } from "./script-record.js";

/** A version as `GET versions` shows it; with `resources` as `GET versions/:id` does. */
export function versionAnswer(version: VersionRecord, withResources: boolean): Record<string, unknown> {
  const { id, number, createdAt, authorEmail, source, annotations } = version;
  return {
    id,
    number,
    metadata: {
      author_email: authorEmail,
      author_id: authorEmail,
      created_on: createdAt,
      modified_on: createdAt,
      has_preview: true,
      hasPreview: true,
      source,
    },
    annotations,
    ...(withResources ? { startup_time_ms: 5, resources: resourcesOf(version) } : {}),
  };
}

function resourcesOf(version: VersionRecord): Record<string, unknown> {
  return {
    script: {
      etag: etagOf(version),
      handlers: ["fetch"],
      last_deployed_from: version.source,
    },
    script_runtime: { usage_model: "standard", migration_tag: version.migrationTag, ...version.runtime },
    bindings: version.bindings.map(readableBinding),
  };
}

/** Changes with the code. */
export function etagOf(version: VersionRecord): string {
  return version.modules.find(({ name }) => name === version.mainModule)?.digest ?? "";
}

export function deploymentAnswer(script: ScriptRecord, deployment: ScriptRecord["deployments"][number]): unknown {
  const { id, createdAt, authorEmail, source, annotations, versions } = deployment;
  return {
    id,
    created_on: createdAt,
    source,
    strategy: "percentage",
    author_email: authorEmail,
    annotations,
    versions,
    script_name: script.name,
  };
}

/** Script and version settings, as `GET scripts/:script/settings` shows them. */
export function settingsAnswer(script: ScriptRecord): Record<string, unknown> {
  const version = activeVersion(script);
  return {
    compatibility_date: version?.runtime["compatibility_date"],
    compatibility_flags: version?.runtime["compatibility_flags"] ?? [],
    usage_model: "standard",
    placement: version?.runtime["placement"] ?? {},
    ...(version?.runtime["limits"] === undefined ? {} : { limits: version.runtime["limits"] }),
    bindings: (version?.bindings ?? []).map(readableBinding),
    ...(script.migrationTag === undefined ? {} : { migration_tag: script.migrationTag }),
    ...scriptSettingsAnswer(script),
  };
}

/** What is the same for all versions. */
export function scriptSettingsAnswer({ settings }: ScriptRecord): Record<string, unknown> {
  return {
    logpush: settings["logpush"] ?? false,
    observability: settings["observability"] ?? { enabled: false },
    tail_consumers: settings["tail_consumers"] ?? [],
    tags: settings["tags"] ?? [],
  };
}

/** A script as `GET workers/scripts` lists it. */
export function scriptSummary(script: ScriptRecord): Record<string, unknown> {
  const version = activeVersion(script);
  return {
    id: script.name,
    tag: script.tag,
    etag: version === undefined ? "" : etagOf(version),
    created_on: script.createdAt,
    modified_on: script.modifiedAt,
    handlers: ["fetch"],
    last_deployed_from: script.lastDeployedFrom,
    compatibility_date: version?.runtime["compatibility_date"],
    compatibility_flags: version?.runtime["compatibility_flags"] ?? [],
    ...(script.migrationTag === undefined ? {} : { migration_tag: script.migrationTag }),
    ...scriptSettingsAnswer(script),
  };
}

/** A script as the older "services" endpoints show it. */
export function serviceAnswer(script: ScriptRecord): Record<string, unknown> {
  const environment = {
    environment: "production",
    created_on: script.createdAt,
    modified_on: script.modifiedAt,
    script: { ...scriptSummary(script), last_deployed_from: script.lastDeployedFrom },
  };
  return {
    id: script.name,
    created_on: script.createdAt,
    modified_on: script.modifiedAt,
    default_environment: environment,
    environments: [environment],
  };
}

/** A script as the newer "workers" endpoints show it. */
export function workerAnswer(script: ScriptRecord, accountSubdomain: string): Record<string, unknown> {
  return {
    id: script.tag,
    name: script.name,
    created_on: script.createdAt,
    updated_on: script.modifiedAt,
    ...scriptSettingsAnswer(script),
    subdomain: {
      ...script.subdomain,
      url: `https://${script.name}.${accountSubdomain}.workers.dev`,
      preview_url_suffix: `-${script.name}.${accountSubdomain}.workers.dev`,
    },
    references: {},
  };
}
