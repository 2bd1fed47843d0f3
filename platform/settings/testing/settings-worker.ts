import { createLogger } from "#observability/logger";
import { BakedPrompts } from "#settings/baked-prompts";
import { RuntimeSettings } from "#settings/runtime-settings";
import { type Command, commandSchema, type CurrentAnswer, type Journal } from "#settings/testing/settings-command";
import { EdgeKv } from "#settings/testing/edge-kv";
import { tenantConfigSchema } from "#tenancy/tenant-config";
import { TenantDirectory } from "#tenancy/tenant-directory";
import type { TenantId } from "#tenancy/tenant-id";
import type * as z from "#base/zod";

interface Env {
  readonly KV: KVNamespace;
}

const accountId = "0".repeat(32);
const TENANTS = [
  {
    tenantId: "acme",
    displayName: "Acme Inc.",
    accountId,
    ai: { models: { chat: "x/tenant" }, allowedModels: ["x/small"], routes: { "/search": { chat: "x/small" } } },
  },
  { tenantId: "globex", displayName: "Globex", accountId, ai: { models: { chat: "x/tenant" } } },
].map((tenant) => tenantConfigSchema.parse(tenant));

let nowMs = Date.now();
let kv: EdgeKv | undefined;
let settings: RuntimeSettings | undefined;
let lines: string[] = [];

function edge(env: Env): EdgeKv {
  return (kv ??= new EdgeKv(env.KV, () => nowMs));
}

function settingsOf(env: Env, context: ExecutionContext): RuntimeSettings {
  return (settings ??= new RuntimeSettings({
    kv: edge(env),
    directory: TenantDirectory.load(TENANTS, "dev"),
    environment: "dev",
    baked: new BakedPrompts({ acme: { system: "Baked for {{tenant}}." } }),
    chatModels: ({ ai }) => [ai.models.chat, ...ai.allowedModels],
    clock: { nowMs: () => nowMs },
    waitUntil: (work) => context.waitUntil(work),
    log: createLogger("debug", (line) => lines.push(line)),
  }));
}

async function current(tenantId: TenantId, subject: RuntimeSettings): Promise<CurrentAnswer> {
  const { config, prompts, overrides } = await subject.current(tenantId);
  const { ai, environments, featureFlags } = config;
  const chat = environments.dev.models.chat ?? ai.models.chat;
  return {
    flags: featureFlags,
    models: { chat: ai.routes["/chat"]?.chat ?? chat, search: ai.routes["/search"]?.chat ?? chat },
    prompt: prompts.system,
    overrides,
  };
}

async function run(command: z.output<typeof commandSchema>, env: Env, context: ExecutionContext): Promise<unknown> {
  switch (command.op) {
    case "current":
      return current(command.tenantId, settingsOf(env, context));
    case "clock":
      nowMs = command.nowMs;
      return "set";
    case "fault":
      edge(env).fault = command;
      return "set";
    case "restart":
      kv = undefined;
      settings = undefined;
      lines = [];
      return "restarted";
    case "journal": {
      const journal = { reads: edge(env).reads.splice(0), lines: lines.map(parseLine) };
      lines = [];
      return journal;
    }
  }
}

function parseLine(line: string): Journal["lines"][number] {
  return JSON.parse(line) as Journal["lines"][number];
}

export default {
  async fetch(request, env, context) {
    const command = commandSchema.parse((await request.json()) satisfies Command);
    return Response.json(await run(command, env, context));
  },
} satisfies ExportedHandler<Env>;
