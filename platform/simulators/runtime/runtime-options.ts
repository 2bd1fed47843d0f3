import type { ModelOptions, VectorIndexOptions } from "#simulators/contract/binding-props";
import type { ResolvedWranglerConfig } from "./wrangler-config.js";

/** One Worker to run: its production bundle and the configuration it would be deployed with. */
export interface WorkerDeployment {
  readonly name: string;
  /** The bundle: one ES module. */
  readonly modulePath: string;
  readonly config: ResolvedWranglerConfig;
  /** Folder against which `config.assets.directory` is resolved. Default: the folder of {@link modulePath}. */
  readonly configDir?: string;
  /** By index name. An index that is missing here has 768 dimensions, cosine and no metadata index. */
  readonly vectorIndexes?: Readonly<Record<string, VectorIndexOptions>>;
  /** Hostnames this Worker answers, `*.example` included. Without any it answers what no other Worker does. */
  readonly hosts?: readonly string[];
  /** What a `version_metadata` binding says. Default: an id that nobody knows, and no tag. */
  readonly version?: { readonly id: string; readonly tag: string };
  /** Secrets and local variables; they win over `config.vars`. */
  readonly extraVars?: Readonly<Record<string, string>>;
}

export interface RuntimeOptions {
  readonly workers: readonly WorkerDeployment[];
  /**
   * Where state persists. Runtimes may share it for different Workers, not for the same one. Default: a temporary
   * folder that goes away with the runtime.
   */
  readonly dataDir?: string;
  /** Folder below {@link dataDir} for the state of this runtime. Default: the name of the first Worker. */
  readonly stateName?: string;
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** Port to listen on. Default 0: any free one. */
  readonly port?: number;
  readonly model?: ModelOptions;
  /** What is passed to {@link onLog}. Default `warn`. */
  readonly logLevel?: RuntimeLogLevel;
  /** Receives each line that the Workers log. Default: standard output and standard error. */
  readonly onLog?: (line: LogLine) => void;
  /** Time until a Vectorize mutation can be read, milliseconds. Default 0. */
  readonly vectorVisibilityDelayMs?: number;
  /** Opens the inspector of the Workers' isolates, for `heapBytes`. Default: no. */
  readonly isInspected?: boolean;
  /** Serves KV and D1 instead of the runtime itself. */
  readonly storage?: RemoteStorage;
  /** Answers the Workers' own outbound `fetch`. Default: the network. */
  readonly outbound?: (request: Request) => Promise<Response> | Response;
}

/** Another process on this machine that serves the KV namespaces and D1 databases of the Workers, by their ids. */
export interface RemoteStorage {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** Sent with each request, so that nobody else is served. */
  readonly secret: string;
}

export type RuntimeLogLevel = "none" | "error" | "warn" | "info" | "debug";

/** One line of a Worker's console. */
export interface LogLine {
  readonly level: "error" | "warn" | "info" | "debug" | "log";
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
