/**
 * The outside half of the simulators: a Miniflare plugin, loaded by Miniflare itself (an "external plugin").
 *
 * It gives each simulated binding the runtime's own wrapper module (`cloudflare-internal:ai-api`,
 * `cloudflare-internal:vectorize-api`), so a Worker runs the real `Ai` and `Vectorize` classes, and puts the
 * simulator Worker behind the HTTP that those classes speak. Configuration travels in `props`, because a plugin's
 * services are shared by all Workers of an instance: the first one of a name wins.
 */
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Plugin } from "miniflare";
import type { BindingProps } from "#simulators/contract/binding-props";
import { analyticsBindingModule, analyticsModuleName } from "./analytics-binding-module.js";
import { type RemoteStorageProps, STORAGE_RESOURCE_HEADER, STORAGE_SECRET_HEADER } from "./remote-storage.js";
import { type SimulatedBinding, pluginName, simulatedBindings } from "./simulated-binding.js";

type WorkerBinding = NonNullable<Exclude<Awaited<ReturnType<Plugin["getBindings"]>>, void>>[number];
type PluginService = Extract<Exclude<Awaited<ReturnType<Plugin["getServices"]>>, void>, unknown[]>[number];

const simulatorService = "simulators:worker";
const stateService = "simulators:state";

/** Compatibility date of the simulator Worker; workerd refuses dates after its own release. */
const simulatorCompatibilityDate = "2026-10-01";

/** Durable Object classes of the simulator Worker. Their unique keys name the folders of the saved state. */
const stateClasses = ["VectorIndexObject", "GatewayLogObject", "AnalyticsObject"] as const;

const simulators: Plugin = {
  bindingTypeDescription: "simulated by platform/simulators",

  getBindings(options) {
    return simulatedBindings(options.config.env).map(([name, binding]) => workerBinding(name, binding));
  },

  getNodeBindings() {
    return {};
  },

  getExtensions({ options }) {
    const hasAnalytics = options.some((worker) =>
      simulatedBindings(worker.config.env).some(([, binding]) => binding.props.kind === "analytics"),
    );
    if (!hasAnalytics) return [];
    return [{ modules: [{ name: analyticsModuleName, internal: true, esModule: analyticsBindingModule }] }];
  },

  getServices({ options, sharedOptions, tmpPath }) {
    const bindings = simulatedBindings(options.config.env);
    const [first] = bindings;
    if (first === undefined) return [];
    const stateDir = path.join(sharedOptions.resourcePersistencePath ?? tmpPath, "simulators");
    mkdirSync(stateDir, { recursive: true });
    return [
      { name: stateService, disk: { path: stateDir, writable: true } },
      { name: simulatorService, worker: simulatorWorker(first[1].simulatorWorkerPath) },
      ...bindings.flatMap(([, { props }]) => (isRemoteStorage(props) ? [storageService(props)] : [])),
    ];
  },
};

/** What Miniflare looks for in the module. */
export const plugins: Record<string, Plugin> = { [pluginName]: simulators };

function workerBinding(name: string, { props }: SimulatedBinding): WorkerBinding {
  if (isRemoteStorage(props)) return storageBinding(name, props);
  const service = { name: simulatorService, props: { json: JSON.stringify(props satisfies BindingProps) } };
  switch (props.kind) {
    case "ai":
      return wrapped(name, "cloudflare-internal:ai-api", [{ name: "fetcher", service }]);
    case "vectorize":
      return wrapped(name, "cloudflare-internal:vectorize-api", [
        { name: "fetcher", service },
        { name: "indexId", text: props.indexName },
        { name: "indexVersion", text: "v2" },
        { name: "useNdJson", json: "true" },
      ]);
    case "analytics":
      return wrapped(name, analyticsModuleName, [{ name: "fetcher", service }]);
    case "control":
      return { name, service };
  }
}

/** The runtime's own KV and D1 bindings, with another process behind the HTTP that they speak. */
function storageBinding(name: string, props: RemoteStorageProps): WorkerBinding {
  const service = { name: storageServiceName(props) };
  if (props.kind === "remote-kv") return { name, kvNamespace: service };
  return wrapped(name, "cloudflare-internal:d1-api", [{ name: "fetcher", service }]);
}

function storageService(props: RemoteStorageProps): PluginService {
  const injectRequestHeaders = [
    { name: STORAGE_RESOURCE_HEADER, value: `${props.kind === "remote-kv" ? "kv" : "d1"}/${props.id}` },
    { name: STORAGE_SECRET_HEADER, value: props.secret },
  ];
  return { name: storageServiceName(props), external: { address: props.address, http: { injectRequestHeaders } } };
}

function storageServiceName({ kind, id }: RemoteStorageProps): string {
  return `simulators:${kind}:${id}`;
}

function isRemoteStorage(props: SimulatedBinding["props"]): props is RemoteStorageProps {
  return props.kind === "remote-kv" || props.kind === "remote-d1";
}

function wrapped(name: string, moduleName: string, innerBindings: WorkerBinding[]): WorkerBinding {
  return { name, wrapped: { moduleName, innerBindings } };
}

function simulatorWorker(modulePath: string): NonNullable<Extract<PluginService, { worker?: unknown }>["worker"]> {
  return {
    compatibilityDate: simulatorCompatibilityDate,
    compatibilityFlags: [],
    modules: [{ name: "simulator-worker.mjs", esModule: readFileSync(modulePath, "utf8") }],
    durableObjectNamespaces: stateClasses.map((className) => ({
      className,
      uniqueKey: `simulators-${className}`,
      enableSql: true,
    })),
    durableObjectStorage: { localDisk: stateService },
    bindings: [
      { name: "VECTOR_INDEXES", durableObjectNamespace: { className: "VectorIndexObject" } },
      { name: "GATEWAY_LOGS", durableObjectNamespace: { className: "GatewayLogObject" } },
      { name: "ANALYTICS", durableObjectNamespace: { className: "AnalyticsObject" } },
    ],
  };
}
