import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { startRuntime, type Runtime } from "#simulators/runtime/start-runtime";
import { remoteVectorize, type RemoteVectorize } from "#storage/testing/remote-vectorize";

/** D1, KV and Vectorize of one Worker in workerd, empty and migrated. */
export interface TestStorage {
  readonly runtime: Runtime;
  readonly database: D1Database;
  readonly kv: KVNamespace;
  readonly vectors: RemoteVectorize;
  dispose(): Promise<void>;
}

export interface TestStorageOptions {
  /** Length of the index's vectors. */
  readonly dimensions: number;
  /** Time until a write to Vectorize can be read. */
  readonly vectorVisibilityDelayMs?: number;
}

/** Boots `$WORKER_BUNDLE`, a Worker that answers by `forwardVectorize`. */
export async function startStorage(options: TestStorageOptions): Promise<TestStorage> {
  const { dimensions, vectorVisibilityDelayMs = 0 } = options;
  const config = {
    name: "storage-test",
    compatibility_date: "2026-10-01",
    kv_namespaces: [{ binding: "KV", id: "kv" }],
    d1_databases: [{ binding: "DB", database_id: "db" }],
    vectorize: [{ binding: "VECTORS", index_name: "vectors" }],
    ai: { binding: "AI" },
  };
  const runtime = await startRuntime({
    workers: [
      {
        name: config.name,
        modulePath: path.resolve(process.env["WORKER_BUNDLE"] ?? ""),
        config,
        vectorIndexes: { vectors: { dimensions, metric: "cosine", metadataIndexes: [] } },
      },
    ],
    model: { tokenDelayMs: 0 },
    vectorVisibilityDelayMs,
  });
  const send = (target: string, body: unknown): Promise<Response> =>
    runtime.fetch(target, { method: "POST", body: JSON.stringify(body) });
  // As far as the stores use them.
  const database = runtime.d1("DB") as D1Database;
  const kv = runtime.kv("KV") as KVNamespace;
  await applyMigrations(database);
  return { runtime, database, kv, vectors: remoteVectorize(send), dispose: () => runtime.dispose() };
}

const MIGRATIONS = process.env["MIGRATIONS_DIR"] ?? "platform/storage/migrations";

async function applyMigrations(database: D1Database): Promise<void> {
  const files = readdirSync(MIGRATIONS).filter((name) => name.endsWith(".sql"));
  for (const file of files.sort()) await applyMigration(database, file);
}

/** Statements end with ";" at the end of a line, as the migration files promise. */
export async function applyMigration(database: D1Database, file: string): Promise<void> {
  const statements = readFileSync(path.join(MIGRATIONS, file), "utf8").split(/;$/m);
  const filled = statements.filter((statement) => statement.replace(/--.*$/gm, "").trim() !== "");
  await database.batch(filled.map((statement) => database.prepare(statement)));
}
