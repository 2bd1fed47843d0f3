import type { ModelClient, TextPart, TextRequest } from "#ai-gateway/model-client";
import type { Principal } from "#auth/principal";
import { systemClock } from "#base/clock";
import { toRegistry } from "#llm-tools/registry";
import type { ToolCall, ToolHost } from "#llm-tools/run-tool";
import type { Tool } from "#llm-tools/tool";
import type { ToolServices } from "#llm-tools/tool-context";
import type { AuditEntry } from "#storage/audit-log";
import type { Scope } from "#tenancy/scopes";
import type { TenantId } from "#tenancy/tenant-id";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { toolsSchema, type ToolsConfig } from "#tenancy/tools-config";

export const acme: TenantId = tenantIdSchema.parse("acme");

/** A key with these scopes. */
export function keyWith(...scopes: readonly Scope[]): Principal {
  return { kind: "key", id: "key_1", scopes: new Set(scopes), acl: new Set() };
}

/** A call as the route of `/tools/execute` makes it, by a key that may use every tool. */
export function callOf(tool: string, given: unknown, more: Partial<ToolCall> = {}): ToolCall {
  return {
    tool,
    arguments: given,
    door: "execute",
    taint: "none",
    principal: keyWith("tools", "search", "ingest"),
    context: { traceId: "trace-1", route: "/tools/execute" },
    ...more,
  };
}

/** What a scripted model says in one round: text, and the tools that it asks for, arguments as it writes them. */
export interface ScriptedRound {
  readonly text?: string;
  readonly calls?: readonly (readonly [name: string, given: string])[];
}

/** A model that says its rounds one after the other, the last one for ever, and keeps what it was asked. */
export function scriptedModel(rounds: readonly ScriptedRound[]): {
  readonly models: ModelClient;
  readonly requests: TextRequest[];
} {
  const requests: TextRequest[] = [];
  const streamText: ModelClient["streamText"] = (_, request) => {
    const { text = "", calls = [] } = rounds[Math.min(requests.length, rounds.length - 1)] ?? {};
    requests.push(request);
    const parts: readonly TextPart[] = [
      ...(text === "" ? [] : [{ type: "text", text } as const]),
      ...calls.map(
        ([name, given], n) => ({ type: "tool_call", call: { id: `${n}`, name, arguments: given } }) as const,
      ),
      {
        type: "end",
        finishReason: calls.length > 0 ? "tool_calls" : "stop",
        usage: { tokensIn: 10, tokensOut: 2, isEstimate: false },
      },
    ];
    const batches = parts.map((part) => [part]);
    return Promise.resolve({
      model: request.model,
      logId: undefined,
      parts: toStream(parts),
      batches: toStream(batches),
    });
  };
  return { models: { ...modelSaying(""), streamText }, requests };
}

/** A model that says the same to everything. */
export function modelSaying(text: string): ModelClient {
  const parts: readonly TextPart[] = [
    { type: "text", text },
    { type: "end", finishReason: "stop", usage: { tokensIn: 10, tokensOut: 2, isEstimate: false } },
  ];
  return {
    streamText: (_, { model }) =>
      Promise.resolve({ model, logId: undefined, parts: toStream(parts), batches: toStream([parts]) }),
    embed: () => Promise.reject(new Error("no tool embeds by itself")),
    rerank: () => Promise.reject(new Error("no tool reranks by itself")),
  };
}

async function* toStream<Item>(items: readonly Item[]): AsyncGenerator<Item, void, undefined> {
  yield* await Promise.resolve(items);
}

/** Services without any store: for the rules of tools and dispatcher. The tests of the Worker run tools on the real ones. */
export function plainServices(models: ModelClient): ToolServices {
  return {
    models,
    chatModel: "test-model",
    knowledge: {
      cut: (text, maxTokens = 300) => {
        const size = maxTokens * 4;
        return Array.from({ length: Math.ceil(text.length / size) }, (_, n) => {
          const [start, end] = [n * size, Math.min(text.length, (n + 1) * size)];
          return { text: text.slice(start, end), start, end };
        });
      },
      findPassages: () => Promise.resolve([]),
      storeDocuments: (_, documents) =>
        Promise.resolve(documents.map(({ docId }) => ({ docId, version: 1, chunks: 1, unchanged: false }))),
    },
    values: { get: () => Promise.resolve(undefined) },
    clock: systemClock,
  };
}

/** A dispatcher's surroundings that keep what was recorded. */
export interface ProbeHost extends ToolHost {
  readonly records: AuditEntry[];
}

export function probeHost(
  tools: readonly Tool[],
  options: {
    readonly services?: ToolServices;
    readonly config?: Partial<ToolsConfig>;
    readonly auditFails?: boolean;
  } = {},
): ProbeHost {
  const records: AuditEntry[] = [];
  return {
    tools: toRegistry(tools),
    config: { ...toolsSchema.parse({ enabled: tools.map(({ name }) => name) }), ...options.config },
    services: options.services ?? plainServices(modelSaying("")),
    audit: {
      append: (_, entry) => {
        if (options.auditFails === true) return Promise.reject(new Error("D1 is down"));
        records.push(entry);
        return Promise.resolve(records.length);
      },
      list: () => Promise.reject(new Error("not for reading")),
    },
    clock: systemClock,
    keepAlive: () => undefined,
    onEnd: () => undefined,
    records,
  };
}
