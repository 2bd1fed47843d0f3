import type { WorkerEnv } from "#worker/env";

/** Whether one thing the Worker depends on answers, and how fast. */
export interface DependencyStatus {
  readonly name: string;
  readonly ok: boolean;
  readonly latencyMs: number;
}

/** A dependency that takes longer is reported as failed. */
const TIMEOUT_MS = 3_000;

/** A key no tenant has: reading it asks KV for nothing but an answer. */
const PROBE_KEY = "health:probe";

/** What is asked besides the stores, by name. */
export type Probes = Readonly<Record<string, () => Promise<unknown>>>;

/** Asks what stands behind a Worker for a sign of life, all at once. Never throws; costs no model call. */
export async function checkDependencies(env: WorkerEnv, others: Probes): Promise<readonly DependencyStatus[]> {
  return Promise.all([
    ...Object.entries(others).map(([name, ask]) => probe(name, ask)),
    probe("d1", () => env.DB.prepare("SELECT 1").first()),
    probe("kv", () => env.KV.get(PROBE_KEY)),
    probe("vectorize", () => env.VECTORS.describe()),
  ]);
}

async function probe(name: string, ask: () => Promise<unknown>): Promise<DependencyStatus> {
  const startedMs = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${name} did not answer in time`));
    }, TIMEOUT_MS);
  });
  const ok = await Promise.race([ask(), timeout]).then(
    () => true,
    () => false,
  );
  if (timer !== undefined) clearTimeout(timer);
  return { name, ok, latencyMs: Date.now() - startedMs };
}
