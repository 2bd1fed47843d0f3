import path from "node:path";
import type { MiniflareOptions } from "miniflare";
import type { BindingProps, VectorIndexOptions } from "#simulators/contract/binding-props";
import type { RemoteStorageProps } from "#simulators/plugin/remote-storage";
import { envEntry } from "#simulators/plugin/simulated-binding";
import type { RuntimeOptions, WorkerDeployment } from "./runtime-options.js";
import { type ResolvedWranglerConfig, durableObjectClasses } from "./wrangler-config.js";

/** One Worker as Miniflare takes it. */
export type MiniflareWorker = MiniflareOptions["workers"][number];
/** Its bindings, by name. */
export type WorkerEnv = NonNullable<MiniflareWorker["config"]["env"]>;
type WorkerTriggers = NonNullable<MiniflareWorker["config"]["triggers"]>;
type WorkerExports = NonNullable<MiniflareWorker["config"]["exports"]>;

/** Where the parts of the simulators are, absolute. */
export interface SimulatorPaths {
  readonly pluginPath: string;
  readonly simulatorWorkerPath: string;
  readonly controlWorkerPath: string;
}

/** Index settings of a binding whose index was not described; what `@cf/baai/bge-base-en-v1.5` needs. */
const defaultVectorIndex: VectorIndexOptions = { dimensions: 768, metric: "cosine", metadataIndexes: [] };

/** Turns a deployment into Miniflare's options: every binding of its configuration, local or simulated. */
export function workerOptions(
  deployment: WorkerDeployment,
  source: string,
  options: RuntimeOptions,
  paths: SimulatorPaths,
): MiniflareWorker {
  const { config } = deployment;
  const mainModule = "worker.mjs";
  return {
    config: {
      name: deployment.name,
      compatibilityDate: config.compatibility_date,
      compatibilityFlags: [...(config.compatibility_flags ?? [])],
      manifest: {
        mainModule,
        modulesRoot: path.dirname(deployment.modulePath),
        modules: { [mainModule]: { type: "esm", contents: source } },
      },
      env: {
        ...variables(deployment),
        ...keyedStorage(config, options, paths),
        ...bucketsAndObjects(config),
        ...platformBindings(deployment),
        ...simulatedEnv(deployment, options, paths),
      },
      exports: exportedClasses(config),
      triggers: triggers(deployment),
      ...assets(deployment),
    },
    dev: { rootPath: path.dirname(deployment.modulePath), ...outboundService(options) },
  };
}

function variables({ config, extraVars }: WorkerDeployment): WorkerEnv {
  const values: Record<string, unknown> = { ...config.vars, ...extraVars };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "string" ? { type: "text", value } : { type: "json", value: value as never },
    ]),
  );
}

/** The KV and D1 bindings of a Worker. */
export function keyedStorage(
  config: ResolvedWranglerConfig,
  { storage }: RuntimeOptions,
  { pluginPath, simulatorWorkerPath }: SimulatorPaths,
): WorkerEnv {
  const env: WorkerEnv = {};
  const remote = (kind: RemoteStorageProps["kind"], id: string) =>
    storage && envEntry(pluginPath, { simulatorWorkerPath, props: { kind, id, ...storage } });
  for (const { binding, id = `${config.name}-${binding}` } of config.kv_namespaces ?? []) {
    env[binding] = remote("remote-kv", id) ?? { type: "kv", id };
  }
  for (const { binding, database_id, database_name } of config.d1_databases ?? []) {
    const id = database_id ?? database_name ?? `${config.name}-${binding}`;
    env[binding] = remote("remote-d1", id) ?? { type: "d1", id };
  }
  return env;
}

function bucketsAndObjects(config: ResolvedWranglerConfig): WorkerEnv {
  const env: WorkerEnv = {};
  for (const { binding, bucket_name } of config.r2_buckets ?? []) {
    env[binding] = { type: "r2", name: bucket_name ?? `${config.name}-${binding}` };
  }
  for (const { name, class_name, script_name } of config.durable_objects?.bindings ?? []) {
    env[name] = { type: "durable-object", worker: script_name ?? config.name, exportName: class_name };
  }
  return env;
}

/** The binding is a plain object, so that it can name a version that was deployed to somewhere. */
function versionMetadata(version: WorkerDeployment["version"]): WorkerEnv[string] {
  if (version === undefined) return { type: "version-metadata" };
  return { type: "json", value: { ...version, timestamp: new Date().toISOString() } };
}

function platformBindings({ config, version }: WorkerDeployment): WorkerEnv {
  const env: WorkerEnv = {};
  for (const { binding, queue, delivery_delay } of config.queues?.producers ?? []) {
    env[binding] = {
      type: "queue",
      name: queue,
      ...(delivery_delay === undefined ? {} : { deliveryDelay: delivery_delay }),
    };
  }
  for (const { binding, name, class_name, script_name } of config.workflows ?? []) {
    env[binding] = { type: "workflow", name, worker: script_name ?? config.name, exportName: class_name };
  }
  for (const { name, namespace_id, simple } of config.ratelimits ?? []) {
    env[name] = { type: "rate-limit", namespace: namespace_id, simple: { ...simple } };
  }
  for (const { binding, service, entrypoint } of config.services ?? []) {
    env[binding] = { type: "worker", worker: service, ...(entrypoint === undefined ? {} : { exportName: entrypoint }) };
  }
  if (config.version_metadata) env[config.version_metadata.binding] = versionMetadata(version);
  if (config.assets?.binding) env[config.assets.binding] = { type: "assets" };
  return env;
}

function simulatedEnv(deployment: WorkerDeployment, options: RuntimeOptions, paths: SimulatorPaths): WorkerEnv {
  const { config, name: worker } = deployment;
  const env: WorkerEnv = {};
  const add = (binding: string, props: BindingProps): void => {
    env[binding] = envEntry(paths.pluginPath, { props, simulatorWorkerPath: paths.simulatorWorkerPath });
  };
  if (config.ai) add(config.ai.binding, { kind: "ai", worker, model: options.model ?? {} });
  for (const { binding, index_name } of config.vectorize ?? []) {
    const index = deployment.vectorIndexes?.[index_name] ?? defaultVectorIndex;
    const visibilityDelayMs = options.vectorVisibilityDelayMs ?? 0;
    add(binding, { kind: "vectorize", worker, indexName: index_name, index, visibilityDelayMs });
  }
  for (const { binding, dataset } of config.analytics_engine_datasets ?? []) {
    add(binding, { kind: "analytics", worker, dataset: dataset ?? binding });
  }
  return env;
}

function exportedClasses(config: ResolvedWranglerConfig): WorkerExports {
  const objects = [...durableObjectClasses(config)].map(
    ([className, storage]) => [className, { type: "durable-object", storage }] as const,
  );
  const workflows = (config.workflows ?? [])
    .filter(({ script_name = config.name }) => script_name === config.name)
    .map(({ class_name, name }) => [class_name, { type: "workflow", name }] as const);
  return Object.fromEntries<WorkerExports[string]>([...objects, ...workflows]);
}

function triggers({ config, hosts }: WorkerDeployment): WorkerTriggers {
  return [
    ...(hosts ?? []).map((host) => ({ type: "fetch" as const, pattern: `${host}/*` })),
    ...(config.triggers?.crons ?? []).map((schedule) => ({ type: "scheduled" as const, schedule })),
    ...(config.queues?.consumers ?? []).map((consumer) => ({
      type: "queue" as const,
      name: consumer.queue,
      ...definedEntries({
        maxBatchSize: consumer.max_batch_size,
        maxBatchTimeout: consumer.max_batch_timeout,
        maxRetries: consumer.max_retries,
        deadLetterQueue: consumer.dead_letter_queue,
        retryDelay: consumer.retry_delay,
      }),
    })),
  ];
}

function assets({ config, configDir, modulePath }: WorkerDeployment): Pick<MiniflareWorker["config"], "assets"> {
  if (config.assets === undefined) return {};
  const { directory, html_handling, not_found_handling, run_worker_first } = config.assets;
  return {
    assets: {
      directory: path.resolve(configDir ?? path.dirname(modulePath), directory),
      hasUserWorker: true,
      ...definedEntries({ htmlHandling: html_handling, notFoundHandling: not_found_handling }),
      ...(run_worker_first === undefined
        ? {}
        : { runWorkerFirst: typeof run_worker_first === "boolean" ? run_worker_first : [...run_worker_first] }),
    },
  };
}

function outboundService({ outbound }: RuntimeOptions): Partial<NonNullable<MiniflareWorker["dev"]>> {
  if (outbound === undefined) return {};
  return {
    outboundService: {
      type: "fetcher",
      handler: async (request) => (await outbound(asGlobalRequest(request))) as never,
    },
  };
}

/** Miniflare's Request is undici's; node's own has the same shape under another identity. */
function asGlobalRequest(request: unknown): Request {
  return request as Request;
}

/** The entries that have a value; the target types do not take `undefined`. */
function definedEntries<T extends Record<string, unknown>>(entries: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as never;
}
