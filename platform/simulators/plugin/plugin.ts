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
    const [first] = simulatedBindings(options.config.env);
    if (first === undefined) return [];
    const stateDir = path.join(sharedOptions.resourcePersistencePath ?? tmpPath, "simulators");
    mkdirSync(stateDir, { recursive: true });
    return [
      { name: stateService, disk: { path: stateDir, writable: true } },
      { name: simulatorService, worker: simulatorWorker(first[1].simulatorWorkerPath) },
    ];
  },
};

/** What Miniflare looks for in the module. */
export const plugins: Record<string, Plugin> = { [pluginName]: simulators };

function workerBinding(name: string, { props }: SimulatedBinding): WorkerBinding {
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
