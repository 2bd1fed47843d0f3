import path from "node:path";

import type { Answers, Command } from "#limits/testing/quota-command";
import type { WorkerDeployment } from "#simulators/runtime/runtime-options";
import { startRuntime, type Runtime } from "#simulators/runtime/start-runtime";

/** Several isolates with a quota client each, over the objects of the first one's Worker, in workerd. */
export interface TestQuotas {
  readonly runtime: Runtime;
  /** Tells an isolate, by number, to do something. */
  send<Op extends Command["op"]>(isolate: number, command: Extract<Command, { op: Op }>): Promise<Answers[Op]>;
  /** Throws a tenant's quota object out of memory. */
  evict(tenant: string): Promise<void>;
  dispose(): Promise<void>;
}

/** How many isolates there are. */
export const ISOLATES = 3;
const OWNER = "quota-0";

/** Boots `$WORKER_BUNDLE` as several Workers: each has an isolate of its own, all share the objects. */
export async function startQuotas(): Promise<TestQuotas> {
  const modulePath = path.resolve(process.env["WORKER_BUNDLE"] ?? "");
  const names = Array.from({ length: ISOLATES }, (_, index) => `quota-${index}`);
  const runtime = await startRuntime({
    workers: names.map((name) => ({ name, modulePath, hosts: [`${name}.example`], config: configOf(name) })),
    onLog: () => undefined,
  });
  return {
    runtime,
    send: async (isolate, command) => {
      const init = { method: "POST", body: JSON.stringify(command) };
      const response = await runtime.fetch(`http://quota-${isolate}.example/`, init);
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return JSON.parse(text) as Answers[typeof command.op];
    },
    evict: (tenant) => runtime.evictDurableObject("TenantQuota", `${tenant}:limits`, OWNER),
    dispose: () => runtime.dispose(),
  };
}

function configOf(name: string): WorkerDeployment["config"] {
  const isOwner = name === OWNER;
  return {
    name,
    compatibility_date: "2026-11-01",
    durable_objects: {
      bindings: [{ name: "QUOTAS", class_name: "TenantQuota", ...(isOwner ? {} : { script_name: OWNER }) }],
    },
    ...(isOwner ? { migrations: [{ tag: "v1", new_sqlite_classes: ["TenantQuota"] }] } : {}),
  };
}
