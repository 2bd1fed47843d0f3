import path from "node:path";

import { sha256Hex } from "#base/digest";
import { recordName } from "#idempotency/record-name";
import type { Command, Holding, Stats } from "#idempotency/testing/record-command";
import type { RuntimeOptions } from "#simulators/runtime/runtime-options";
import { startRuntime } from "#simulators/runtime/start-runtime";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

type Of<Op extends Command["op"]> = Omit<Extract<Command, { op: Op }>, "op">;

/** The answer of a keyed request. */
export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly isReplay: boolean;
}

/** Idempotency records in workerd, with a clock and faults that the test commands. */
export interface TestRecords {
  answer(request: Of<"answer">): Promise<Answered>;
  tell(command: Exclude<Command, { op: "answer" }>): Promise<unknown>;
  look(key: string): Promise<Holding>;
  /** Since the last look. */
  stats(): Promise<Stats>;
  /** Throws the record of a key of acme out of memory. */
  evict(key: string): Promise<void>;
  /** Ends the process of the Workers, whatever runs in it, and starts it again; what is stored stays. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

const NAME = "records";

/** Boots `$WORKER_BUNDLE`. */
export async function startRecords(dataDir: string): Promise<TestRecords> {
  const modulePath = path.resolve(process.env["WORKER_BUNDLE"] ?? "");
  const config = {
    name: NAME,
    compatibility_date: "2026-11-01",
    durable_objects: { bindings: [{ name: "IDEMPOTENCY", class_name: "IdempotencyRecord" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["IdempotencyRecord"] }],
  };
  const options: RuntimeOptions = {
    workers: [{ name: NAME, modulePath, config }],
    dataDir,
    onLog: () => undefined,
  };
  let runtime = await startRuntime(options);
  const send = (command: Command) => runtime.fetch("/", { method: "POST", body: JSON.stringify(command) });
  const tell: TestRecords["tell"] = async (command) => {
    const response = await send(command);
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return JSON.parse(text) as unknown;
  };
  return {
    tell,
    async answer(request) {
      const response = await send({ op: "answer", ...request });
      const { status, headers } = response;
      return { status, headers, text: await response.text(), isReplay: headers.get("idempotency-replayed") === "true" };
    },
    look: async (key) => (await tell({ op: "look", key })) as Holding,
    stats: async () => (await tell({ op: "stats" })) as Stats,
    async evict(key) {
      const address = { principalId: "ada", route: "/ask", keyDigest: await sha256Hex(key) };
      await runtime.evictDurableObject("IdempotencyRecord", recordName(tenantIdSchema.parse("acme"), address));
    },
    async restart() {
      await runtime.dispose();
      runtime = await startRuntime(options);
    },
    dispose: () => runtime.dispose(),
  };
}
