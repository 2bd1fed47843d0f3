import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, type MiniflareOptions } from "miniflare";
import { envEntry } from "#simulators/plugin/simulated-binding";
import { storageBindingName } from "#simulators/contract/storage-messages";
import { RuntimeError } from "./runtime-error.js";
import type { LogLine, RuntimeLogLevel, RuntimeOptions, WorkerDeployment } from "./runtime-options.js";
import {
  keyedStorage,
  type MiniflareWorker,
  type SimulatorPaths,
  type WorkerEnv,
  workerOptions,
} from "./worker-options.js";

/** Name of the Worker through which this process talks to the simulators. */
const controlWorkerName = "simulator-control";
const fallbackWorkerName = "no-such-host";
const helperCompatibilityDate = "2026-10-01";

/**
 * Everything Miniflare needs to run a set of Workers; reads their bundles from disk. The control Worker answers under
 * `controlHost` alone, which therefore nobody else may know.
 */
export function instanceOptions(options: RuntimeOptions, stateDir: string, controlHost: string): MiniflareOptions {
  checkDeployments(options.workers);
  const paths = simulatorPaths();
  const workers = options.workers.map((worker) => workerOptions(worker, readModule(worker), options, paths));
  return {
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    // The default asks the network for an example of `request.cf` at each start.
    cf: false,
    enableDevRegistry: false,
    logRequests: false,
    telemetry: { enabled: false },
    ...(options.isInspected === true ? { inspectorPort: 0 } : {}),
    resourcePersistencePath: stateDir,
    log: new Log(miniflareLevels[options.logLevel ?? "warn"]),
    handleStructuredLogs: structuredLogHandler(options),
    workers: [...fallbackFirst(options.workers, workers), controlWorker(options, paths, controlHost)],
  };
}

function checkDeployments(workers: readonly WorkerDeployment[]): void {
  if (workers.length === 0) throw new RuntimeError("bad_options", "There is no Worker to run: `workers` is empty.");
  const seen = new Set<string>([controlWorkerName, fallbackWorkerName]);
  for (const { name, config } of workers) {
    if (seen.has(name)) {
      throw new RuntimeError("bad_options", `The Worker name "${name}" is taken twice. Give each Worker its own name.`);
    }
    if (config.name !== name) {
      throw new RuntimeError("bad_options", `Worker "${name}" comes with the configuration of "${config.name}".`);
    }
    seen.add(name);
  }
}

/** The first Worker answers what no route matches: one without hosts if there is one, else a plain 404. */
function fallbackFirst(deployments: readonly WorkerDeployment[], workers: MiniflareWorker[]): MiniflareWorker[] {
  const isFallback = (index: number): boolean => (deployments[index]?.hosts ?? []).length === 0;
  const fallback = workers.findIndex((_, index) => isFallback(index));
  if (fallback === -1 && workers.length > 1) return [noSuchHostWorker(), ...workers];
  const first = workers[Math.max(fallback, 0)];
  return first === undefined ? workers : [first, ...workers.filter((worker) => worker !== first)];
}

function noSuchHostWorker(): MiniflareWorker {
  return helperWorker(
    fallbackWorkerName,
    `export default { fetch(request) {
      return new Response("No Worker answers for " + new URL(request.url).hostname + "\\n", { status: 404 });
    } };`,
  );
}

function controlWorker(options: RuntimeOptions, paths: SimulatorPaths, host: string): MiniflareWorker {
  const worker = helperWorker(controlWorkerName, readFileSync(paths.controlWorkerPath, "utf8"));
  const simulators = { props: { kind: "control" as const }, simulatorWorkerPath: paths.simulatorWorkerPath };
  const env: WorkerEnv = { SIMULATORS: envEntry(paths.pluginPath, simulators) };
  for (const { name, config } of options.workers) {
    const stored = Object.entries(keyedStorage(config, options, paths));
    for (const [binding, entry] of stored) env[storageBindingName(name, binding)] = entry;
  }
  return { ...worker, config: { ...worker.config, env, triggers: [{ type: "fetch", pattern: `${host}/*` }] } };
}

function helperWorker(name: string, source: string): MiniflareWorker {
  const modules = { "worker.mjs": { type: "esm" as const, contents: source } };
  return {
    config: {
      name,
      compatibilityDate: helperCompatibilityDate,
      manifest: { mainModule: "worker.mjs", modulesRoot: "/", modules },
    },
  };
}

function readModule({ name, modulePath }: WorkerDeployment): string {
  if (!existsSync(modulePath)) {
    throw new RuntimeError(
      "module_missing",
      `The bundle of Worker "${name}" is not there: ${modulePath}. Build it first.`,
    );
  }
  return readFileSync(modulePath, "utf8");
}

/** The halves of the simulators are files near this one, so that they are found in any copy of the tree. */
function simulatorPaths(): SimulatorPaths {
  const near = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url).href);
  const paths = {
    pluginPath: near("plugin/plugin.js"),
    simulatorWorkerPath: near("worker/simulator_worker.js"),
    controlWorkerPath: near("worker/control_worker.js"),
  };
  const missing = Object.values(paths).find((file) => !existsSync(file));
  if (missing !== undefined) {
    throw new RuntimeError(
      "simulator_missing",
      `A part of the simulators is not there: ${missing}. Build //platform/simulators/...`,
    );
  }
  return paths;
}

const miniflareLevels: Record<RuntimeLogLevel, LogLevel> = {
  none: LogLevel.NONE,
  error: LogLevel.ERROR,
  warn: LogLevel.WARN,
  info: LogLevel.WARN,
  debug: LogLevel.DEBUG,
};

const lineLevels: Record<LogLine["level"], number> = { error: 1, warn: 2, info: 3, log: 3, debug: 4 };
const shownLevels: Record<RuntimeLogLevel, number> = { none: 0, error: 1, warn: 2, info: 3, debug: 4 };

function structuredLogHandler({ logLevel = "warn", onLog = writeLine }: RuntimeOptions) {
  return ({ level, message, timestamp }: { level: string; message: string; timestamp: number }): void => {
    const known = level in lineLevels ? (level as LogLine["level"]) : "log";
    if (lineLevels[known] <= shownLevels[logLevel]) onLog({ level: known, message, at: timestamp });
  };
}

function writeLine({ level, message }: LogLine): void {
  const stream = level === "error" || level === "warn" ? process.stderr : process.stdout;
  stream.write(`${message}\n`);
}
