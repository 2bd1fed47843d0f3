import type { ResolvedWranglerConfig } from "#simulators/runtime/wrangler-config";
import type { BindingRecord, ScriptRecord, VersionRecord } from "../workers/script-record.js";

/** What the local runtime needs of a version: its configuration as wrangler would spell it, and its secrets. */
export interface VersionConfig {
  readonly config: ResolvedWranglerConfig;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Turns the uploaded bindings of a version back into a configuration. Pure.
 *
 * @param workerName name of the Worker in the runtime; the script's own name for the version that owns its objects
 */
export function versionConfig(script: ScriptRecord, version: VersionRecord, workerName: string): VersionConfig {
  const ownsObjects = workerName === script.name;
  const { compatibility_date: date, compatibility_flags: flags } = version.runtime;
  const secrets = version.bindings.filter(({ type, text }) => type === "secret_text" && typeof text === "string");
  return {
    config: {
      name: workerName,
      compatibility_date: String(date),
      compatibility_flags: Array.isArray(flags) ? flags.map(String) : [],
      ...bindingConfig(version.bindings, ownsObjects ? undefined : script.name),
      ...(ownsObjects ? { migrations: [migrationOf(script)], triggers: { crons: crons(script) } } : {}),
    },
    secrets: Object.fromEntries(secrets.map(({ name, text }) => [name, text as string])),
  };
}

function crons({ schedules }: ScriptRecord): string[] {
  return schedules.map(({ cron }) => cron);
}

function migrationOf({ classes, migrationTag = "v1" }: ScriptRecord): { tag: string } & Record<string, unknown> {
  const named = (storage: string): string[] =>
    Object.entries(classes)
      .filter(([, record]) => record.storage === storage)
      .map(([name]) => name);
  return { tag: migrationTag, new_sqlite_classes: named("sqlite"), new_classes: named("legacy-kv") };
}

function bindingConfig(bindings: readonly BindingRecord[], objectsOf: string | undefined): Record<string, unknown> {
  const of = (type: string): readonly BindingRecord[] => bindings.filter((binding) => binding.type === type);
  const [ai] = of("ai");
  const [metadata] = of("version_metadata");
  return {
    vars: Object.fromEntries([
      ...of("plain_text").map(({ name, text }) => [name, text]),
      ...of("json").map(({ name, json }) => [name, json]),
    ]),
    kv_namespaces: of("kv_namespace").map(({ name, namespace_id: id }) => ({ binding: name, id })),
    d1_databases: of("d1").map(({ name, id, database_id }) => ({ binding: name, database_id: id ?? database_id })),
    r2_buckets: of("r2_bucket").map(({ name, bucket_name }) => ({ binding: name, bucket_name })),
    vectorize: of("vectorize").map(({ name, index_name }) => ({ binding: name, index_name })),
    durable_objects: {
      bindings: of("durable_object_namespace").map(({ name, class_name, script_name }) => ({
        name,
        class_name,
        ...owner(script_name ?? objectsOf),
      })),
    },
    analytics_engine_datasets: of("analytics_engine").map(({ name, dataset }) => ({ binding: name, dataset })),
    queues: { producers: of("queue").map(({ name, queue_name }) => ({ binding: name, queue: queue_name })) },
    workflows: of("workflow").map(({ name, workflow_name, class_name, script_name }) => ({
      binding: name,
      name: workflow_name,
      class_name,
      ...owner(script_name ?? objectsOf),
    })),
    ratelimits: of("ratelimit").map(({ name, namespace_id, simple }) => ({ name, namespace_id, simple })),
    ...(ai === undefined ? {} : { ai: { binding: ai.name } }),
    ...(metadata === undefined ? {} : { version_metadata: { binding: metadata.name } }),
  };
}

function owner(name: unknown): Record<string, unknown> {
  return name === undefined ? {} : { script_name: name };
}
