import path from "node:path";

import { activate, NEVER_ACTIVATED } from "#settings/active-prompts";
import { activePromptsKey, promptDigest, type PromptName, promptVersionKey } from "#settings/prompt-version";
import { settingsKey } from "#settings/settings-document";
import type { Answers, Command, CurrentAnswer } from "#settings/testing/settings-command";
import type { RemoteKv } from "#simulators/control/remote-kv";
import { startRuntime } from "#simulators/runtime/start-runtime";
import type { TenantId } from "#tenancy/tenant-id";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

/** Two tenants' settings over one real KV namespace, in workerd, with a clock and faults that the test commands. */
export interface TestSettings {
  readonly kv: RemoteKv;
  send<Op extends Command["op"]>(command: Extract<Command, { op: Op }>): Promise<Answers[Op]>;
  current(tenant: string): Promise<CurrentAnswer>;
  /** Moves the clock; it starts at a time of its own after each restart. */
  advance(ms: number): Promise<void>;
  /** Forgets everything: memory, edge cache, and what is stored. */
  reset(): Promise<void>;
  set(tenant: string, values: object): Promise<void>;
  /** Stores a text and makes it the active version. Answers its digest. */
  activate(tenant: string, text: string): Promise<string>;
  dispose(): Promise<void>;
}

export const ACME: TenantId = tenantIdSchema.parse("acme");

/** The prompt that there is. */
export const SYSTEM: PromptName = "system";

/** Boots `$WORKER_BUNDLE`. */
export async function startSettings(): Promise<TestSettings> {
  const modulePath = path.resolve(process.env["WORKER_BUNDLE"] ?? "");
  const config = {
    name: "settings",
    compatibility_date: "2026-11-01",
    kv_namespaces: [{ binding: "KV", id: "kv" }],
  };
  const runtime = await startRuntime({ workers: [{ name: config.name, modulePath, config }], onLog: () => undefined });
  const kv = runtime.kv("KV");
  let nowMs = 1_700_000_000_000;
  const send: TestSettings["send"] = async (command) => {
    const response = await runtime.fetch("/", { method: "POST", body: JSON.stringify(command) });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return JSON.parse(text) as Answers[typeof command.op];
  };
  return {
    kv,
    send,
    current: (tenant) => send({ op: "current", tenantId: tenant }),
    async advance(ms) {
      nowMs += ms;
      await send({ op: "clock", nowMs });
    },
    async reset() {
      for (const { name } of (await kv.list()).keys) await kv.delete(name);
      await send({ op: "restart" });
      await send({ op: "clock", nowMs });
    },
    set: (tenant, values) => kv.put(settingsKey(tenantIdSchema.parse(tenant)), JSON.stringify({ values })),
    async activate(tenant, text) {
      const tenantId = tenantIdSchema.parse(tenant);
      const digest = await promptDigest(text);
      await kv.put(promptVersionKey(tenantId, SYSTEM, digest), text);
      await kv.put(activePromptsKey(tenantId), JSON.stringify({ system: activate(NEVER_ACTIVATED, digest) }));
      return digest;
    },
    dispose: () => runtime.dispose(),
  };
}
