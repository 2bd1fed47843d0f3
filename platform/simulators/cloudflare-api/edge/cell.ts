import type { Buffer } from "node:buffer";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { LogLine, RuntimeOptions, WorkerDeployment } from "#simulators/runtime/runtime-options";
import { type Runtime, startRuntime } from "#simulators/runtime/start-runtime";
import type { CloudflareState } from "../state/cloudflare-state.js";
import { activeVersion, type ScriptRecord, type VersionRecord } from "../workers/script-record.js";
import { versionConfig } from "./version-config.js";

/** How long a change of versions waits for requests that are under way, milliseconds. */
const DRAIN_MS = 5_000;
const DRAIN_STEP_MS = 20;

/** What all cells share. */
export interface CellOptions {
  readonly dataDir: string;
  /** Where KV and D1 are served for the Workers. */
  readonly storage: NonNullable<RuntimeOptions["storage"]>;
  readonly onLog: (account: string, script: string, line: LogLine) => void;
}

/** The versions of one script that its deployment names, running in one workerd. */
export class Cell {
  readonly #state: CloudflareState;
  readonly #account: string;
  readonly #name: string;
  readonly #options: CellOptions;
  #runtime: Runtime | undefined;
  #loaded = "";
  #requests = 0;
  #holders = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(state: CloudflareState, account: string, name: string, options: CellOptions) {
    this.#state = state;
    this.#account = account;
    this.#name = name;
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#requests === 0 && this.#holders === 0;
  }

  /** Says that the cell is about to be used; answers what ends that. */
  hold(): () => void {
    this.#holders += 1;
    return () => {
      this.#holders -= 1;
    };
  }

  /** Calls `use` with the runtime and the name of the Worker in it that is the wanted version. */
  async serve<T>(script: ScriptRecord, versionId: string, use: (url: URL, worker: string) => Promise<T>): Promise<T> {
    this.#requests += 1;
    try {
      const runtime = await this.#load(script, versionId);
      return await use(runtime.url, workerName(script, versionId));
    } finally {
      this.#requests -= 1;
    }
  }

  async dispose(): Promise<void> {
    await this.#turn.catch(() => undefined);
    await this.#runtime?.dispose();
    this.#runtime = undefined;
    this.#loaded = "";
  }

  /** One change at a time. */
  #load(script: ScriptRecord, versionId: string): Promise<Runtime> {
    const loading = this.#turn.catch(() => undefined).then(() => this.#loadNow(script, versionId));
    this.#turn = loading;
    return loading;
  }

  async #loadNow(script: ScriptRecord, versionId: string): Promise<Runtime> {
    const versions = versionsToRun(script, versionId);
    const key = [script.tag, activeVersion(script)?.id, ...versions.map(({ id }) => id).toSorted()].join(" ");
    if (this.#runtime !== undefined && this.#loaded === key) return this.#runtime;
    const options = this.#runtimeOptions(script, versions);
    if (this.#runtime === undefined) this.#runtime = await startRuntime(options);
    else {
      await this.#drain();
      await this.#runtime.reload(options);
    }
    this.#loaded = key;
    return this.#runtime;
  }

  /** Waits until the request that asked for the change is the only one. */
  async #drain(): Promise<void> {
    for (let waitedMs = 0; this.#requests > 1 && waitedMs < DRAIN_MS; waitedMs += DRAIN_STEP_MS) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_STEP_MS));
    }
  }

  #runtimeOptions(script: ScriptRecord, versions: readonly VersionRecord[]): RuntimeOptions {
    const gateways = this.#state.gateways.list(this.#account).map(({ id }) => id);
    return {
      workers: versions.map((version) => this.#deployment(script, version)),
      dataDir: path.join(this.#options.dataDir, "edge", this.#account),
      // A script that is deleted and made again starts without data.
      stateName: `${this.#name}-${script.tag.slice(0, 8)}`,
      storage: this.#options.storage,
      model: { gateways },
      logLevel: "info",
      onLog: (line) => this.#options.onLog(this.#account, this.#name, line),
    };
  }

  #deployment(script: ScriptRecord, version: VersionRecord): WorkerDeployment {
    const name = workerName(script, version.id);
    const folder = path.join(this.#options.dataDir, "versions", version.id);
    mkdirSync(folder, { recursive: true });
    const modulePath = path.join(folder, "worker.mjs");
    writeFileSync(modulePath, this.#mainModule(version));
    const { config, secrets } = versionConfig(script, version, name);
    const indexes = this.#state.indexes.list(this.#account);
    return {
      name,
      modulePath,
      config: { ...config, ...this.#assets(version, folder) },
      extraVars: secrets,
      version: { id: version.id, tag: version.annotations["workers/tag"] ?? "" },
      vectorIndexes: Object.fromEntries(indexes.map((index) => [index.name, index.options])),
    };
  }

  #mainModule({ modules, mainModule }: VersionRecord): Buffer {
    const code = modules.filter(({ type }) => !type.includes("source-map"));
    const main = code.find(({ name }) => name === mainModule);
    if (main === undefined || code.length > 1) {
      throw new Error("the edge runs Workers of one module; this one has several. Bundle it into one.");
    }
    return this.#state.blobs.get(main.digest);
  }

  #assets({ assets, bindings }: VersionRecord, folder: string): Record<string, unknown> {
    if (assets === undefined) return {};
    const directory = path.join(folder, "assets");
    for (const [name, { digest }] of Object.entries(assets.files)) {
      const file = path.join(directory, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, this.#state.blobs.get(digest));
    }
    const binding = bindings.find(({ type }) => type === "assets")?.name;
    return { assets: { directory, ...assets.config, ...(binding === undefined ? {} : { binding }) } };
  }
}

/** The version that owns the script's Durable Objects has the script's name; their data is filed under it. */
function workerName(script: ScriptRecord, versionId: string): string {
  return activeVersion(script)?.id === versionId ? script.name : `${script.name}.${versionId.slice(0, 8)}`;
}

/** The versions of the deployment, the one with most traffic first, and the wanted one. */
function versionsToRun(script: ScriptRecord, wantedId: string): VersionRecord[] {
  const shares = script.deployments[0]?.versions ?? [];
  const ids = new Set([activeVersion(script)?.id, ...shares.map(({ version_id: id }) => id), wantedId]);
  return [...ids].flatMap((id) => script.versions.filter((version) => version.id === id));
}
