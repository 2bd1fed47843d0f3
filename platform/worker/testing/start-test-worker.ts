import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { apiKeyStorageKey, generateApiKey } from "#auth/api-key";
import type { RemoteD1 } from "#simulators/control/remote-d1";
import type { RuntimeOptions, WorkerDeployment } from "#simulators/runtime/runtime-options";
import { startRuntime, type Runtime } from "#simulators/runtime/start-runtime";
import { SCOPES, type Scope } from "#tenancy/scopes";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

/** What a call sends besides its path. */
export interface Call {
  readonly method?: string;
  readonly tenant?: string;
  readonly key?: string;
  /** Sent as JSON; a string or a stream is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** An answer, read to its end. `json` is the parsed body, or undefined. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: { ok: boolean; data?: never; error?: { code: string; message: string }; traceId: string } & Record<
    string,
    unknown
  >;
}

/** What a key may hold besides scopes. */
export interface KeyOptions {
  /** ISO 8601; without it a key holds for ever. */
  readonly expiresAt?: string;
  /** Labels of documents. */
  readonly acl?: readonly string[];
}

/** The test Worker with two tenants, in workerd, behind real HTTP. */
export interface TestWorker {
  readonly runtime: Runtime;
  /** A key with all scopes but `admin` of each tenant. */
  readonly keys: { readonly acme: string; readonly globex: string };
  makeKey(tenant: string, scopes: readonly Scope[], options?: KeyOptions): Promise<string>;
  send(target: string, call?: Call): Promise<Response>;
  call(target: string, call?: Call): Promise<Answer>;
  /** Goes on in a new isolate, which remembers nothing; what is stored stays. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

const CONFIG: WorkerDeployment["config"] = {
  name: "test-worker",
  compatibility_date: "2026-11-01",
  compatibility_flags: ["enable_request_signal"],
  vars: { ENVIRONMENT: "dev" },
  kv_namespaces: [{ binding: "KV", id: "kv" }],
  d1_databases: [{ binding: "DB", database_id: "db", database_name: "db" }],
  vectorize: [{ binding: "VECTORS", index_name: "vectors" }],
  ai: { binding: "AI" },
  assets: { directory: "platform/console/assets", binding: "ASSETS", html_handling: "none", run_worker_first: true },
  durable_objects: {
    bindings: [
      { name: "CHAT_SESSIONS", class_name: "ChatSession" },
      { name: "IDEMPOTENCY", class_name: "IdempotencyRecord" },
      { name: "QUOTAS", class_name: "TenantQuota" },
      { name: "METRICS", class_name: "TenantMetrics" },
    ],
  },
  workflows: [{ binding: "INGEST_JOBS", name: "test-ingest", class_name: "IngestWorkflow" }],
  migrations: [{ tag: "v1", new_sqlite_classes: ["ChatSession", "IdempotencyRecord", "TenantQuota", "TenantMetrics"] }],
  analytics_engine_datasets: [{ binding: "ANALYTICS", dataset: "metrics" }],
};

/** How a test Worker runs, where that matters. */
export interface TestWorkerOptions extends Pick<
  RuntimeOptions,
  "dataDir" | "isInspected" | "logLevel" | "onLog" | "model" | "outbound"
> {
  /** The bundle, if not `$WORKER_BUNDLE`. */
  readonly modulePath?: string;
  /** Serve the console and the API reference. Default: yes. Without them the runtime puts no routing in front of the Worker. */
  readonly hasPages?: boolean;
  /** Variables that win over those of the configuration. */
  readonly extraVars?: Readonly<Record<string, string>>;
}

/** Boots a bundle with an empty store. */
export async function startTestWorker({
  modulePath = path.resolve(process.env["WORKER_BUNDLE"] ?? ""),
  extraVars = {},
  hasPages = true,
  ...options
}: TestWorkerOptions = {}): Promise<TestWorker> {
  const { assets, ...withoutPages } = CONFIG;
  const config = hasPages ? { ...withoutPages, assets } : withoutPages;
  const runtimeOptions: RuntimeOptions = {
    workers: [{ name: CONFIG.name, modulePath, config, configDir: process.cwd(), extraVars }],
    onLog: () => undefined,
    model: { tokenDelayMs: 0 },
    ...options,
  };
  const runtime = await startRuntime(runtimeOptions);
  await migrate(runtime.d1("DB"));
  const makeKey = async (tenant: string, scopes: readonly Scope[], options: KeyOptions = {}) => {
    const tenantId = tenantIdSchema.parse(tenant);
    const { key, record } = await generateApiKey(tenantId, {
      label: "test",
      scopes: [...scopes],
      nowMs: Date.now(),
      ...options,
    });
    await runtime.kv("KV").put(await apiKeyStorageKey(tenantId, key), JSON.stringify(record));
    return key;
  };
  const all = SCOPES.filter((scope) => scope !== "admin");
  const keys = { acme: await makeKey("acme", all), globex: await makeKey("globex", all) };
  const send = (target: string, call: Call = {}) => runtime.fetch(target, toRequestInit(call));
  return {
    runtime,
    keys,
    makeKey,
    send,
    call: async (target, call) => read(await send(target, call)),
    restart: () => runtime.reload(runtimeOptions),
    dispose: () => runtime.dispose(),
  };
}

function toRequestInit({ method, tenant, key, body, headers = {}, signal }: Call): RequestInit {
  const isRaw = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
  return {
    method: method ?? (body === undefined ? "GET" : "POST"),
    ...(signal === undefined ? {} : { signal }),
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(tenant === undefined ? {} : { "x-tenant-id": tenant }),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  };
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: (isJson ? JSON.parse(text) : {}) as Answer["json"],
  };
}

/** Statements end with ";" at the end of a line, as the migration files promise. */
async function migrate(database: RemoteD1): Promise<void> {
  const folder = process.env["MIGRATIONS_DIR"] ?? "platform/storage/migrations";
  const scripts = readdirSync(folder)
    .sort()
    .map((file) => readFileSync(path.join(folder, file), "utf8"));
  const statements = scripts.flatMap((script) => script.split(/;$/m));
  const filled = statements.filter((statement) => statement.replace(/--.*$/gm, "").trim() !== "");
  await database.batch(filled.map((statement) => database.prepare(statement)));
}
