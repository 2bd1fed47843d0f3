import path from "node:path";

import type { RuntimeOptions, WorkerDeployment } from "#simulators/runtime/runtime-options";
import { type Runtime, startRuntime } from "#simulators/runtime/start-runtime";

/** The fixture Worker in workerd, and short ways to call it. */
export interface Fixture {
  readonly runtime: Runtime;
  /** POSTs a body and reads the JSON of the answer. */
  post(path: string, body?: unknown): Promise<{ status: number; json: Fields }>;
  /** POSTs a body and leaves the answer unread. */
  send(path: string, body?: unknown, init?: RequestInit): Promise<Response>;
  /** `env.AI.run`: its value, or its error as text. */
  run(model: string, inputs: unknown, options?: unknown): Promise<RunResult>;
  /** A method of `env.VECTORIZE`: its value, or its error as text. */
  vectorize(operation: string, ...given: unknown[]): Promise<RunResult>;
}

/** An object of unknown shape, which tests look into. */
export type Fields = Readonly<Record<string, unknown>>;

export interface RunResult {
  /** What the method gave. */
  readonly value: Fields;
  /** `name: message` of what it threw. */
  readonly error: string | undefined;
  readonly logId: string | null;
}

/** How an index of the fixture is described. */
export const fixtureIndex = {
  dimensions: 3,
  metric: "cosine",
  metadataIndexes: [
    { propertyName: "kind", type: "string" },
    { propertyName: "year", type: "number" },
    { propertyName: "doc.part", type: "string" },
  ],
} as const;

/** A deployment of `$WORKER_BUNDLE` with every binding the fixture knows. */
export function fixtureDeployment(name: string, changes: Partial<WorkerDeployment> = {}): WorkerDeployment {
  return {
    name,
    modulePath: path.resolve(process.env["WORKER_BUNDLE"] ?? "WORKER_BUNDLE is not set"),
    config: {
      name,
      compatibility_date: "2026-10-01",
      vars: { NAME: name },
      ai: { binding: "AI" },
      vectorize: [{ binding: "VECTORIZE", index_name: `${name}-index` }],
      analytics_engine_datasets: [{ binding: "METRICS", dataset: "metrics" }],
      kv_namespaces: [{ binding: "KV", id: `${name}-kv` }],
      durable_objects: { bindings: [{ name: "COUNTERS", class_name: "Counter" }] },
      migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
    },
    vectorIndexes: { [`${name}-index`]: fixtureIndex },
    ...changes,
  };
}

/** Boots the fixture, alone unless `options.workers` says otherwise. Tokens stream without a pause. */
export async function startFixture(options: Partial<RuntimeOptions> = {}): Promise<Fixture> {
  const runtime = await startRuntime({
    workers: [fixtureDeployment("fixture")],
    model: { tokenDelayMs: 0 },
    onLog: () => undefined,
    ...options,
  });
  return callFixture(runtime);
}

/** The calls of a runtime whose first Worker is the fixture. */
export function callFixture(runtime: Runtime): Fixture {
  const send: Fixture["send"] = (target, body, init) =>
    runtime.fetch(target, { method: "POST", body: JSON.stringify(body ?? {}), ...init });
  const post: Fixture["post"] = async (target, body) => {
    const response = await send(target, body);
    return { status: response.status, json: await response.json<Fields>() };
  };
  const result = async (target: string, body: unknown, read: (json: Fields) => Fields) => {
    const { json } = await post(target, body);
    const failure = json["error"] as { name: string; message: string } | undefined;
    return {
      value: read(json),
      error: failure === undefined ? undefined : `${failure.name}: ${failure.message}`,
      logId: (json["logId"] as string | undefined) ?? null,
    };
  };
  return {
    runtime,
    post,
    send,
    run: (model, inputs, options) => result("/run", { model, inputs, options }, (json) => json["value"] as Fields),
    vectorize: (operation, ...given) => result("/vectorize", { operation, arguments: given }, (json) => json),
  };
}

/** The `data` of each event of an event stream, parsed where it is JSON, with the time of arrival in milliseconds. */
export async function readEvents(response: Response): Promise<{ data: unknown; atMs: number }[]> {
  const events: { data: unknown; atMs: number }[] = [];
  const decoder = new TextDecoder();
  let buffer = "";
  for await (const chunk of response.body ?? []) {
    buffer += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = buffer.split("\n\n");
    buffer = blocks.pop() ?? "";
    for (const block of blocks) events.push({ data: parseData(block), atMs: performance.now() });
  }
  return events;
}

function parseData(block: string): unknown {
  const data = block.replace(/^data: /, "");
  return data.startsWith("{") ? JSON.parse(data) : data;
}

/** Waits until a check passes, at most five seconds. */
export async function eventually(check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 5_000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error("it did not become true within five seconds");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
