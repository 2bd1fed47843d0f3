import { decodeEvents } from "#base/server-sent-events";
import type { ToolDoor } from "#storage/audit-log";
import type { Scope } from "#tenancy/scopes";
import type { Answer, TestWorker } from "#worker/testing/start-test-worker";

/** An attempt to have a tool run. */
export interface Knock {
  readonly tenant: string;
  readonly key: string | undefined;
  readonly tool: string;
  readonly given: Readonly<Record<string, unknown>>;
}

/** One of the ways to a tool. */
export interface Door {
  /** Its name in the audit log. */
  readonly name: ToolDoor;
  /** A tenant that has every tool behind this door. */
  readonly tenant: string;
  /** Scopes that the door itself needs. */
  readonly doorScopes: readonly Scope[];
  /** What `knock` says of a tool that the caller may not use. */
  readonly refusal: string;
  /** Whether such a refusal is a call, and so recorded; else the tool was never offered. */
  readonly recordsRefusals: boolean;
  /** Whether tools that write are behind it. */
  readonly hasWriters: boolean;
  /** Answers `ok`, or the error code of the refusal. */
  readonly knock: (worker: TestWorker, knock: Knock) => Promise<string>;
}

const CALLERS_OWN = { tenant: "acme", refusal: "tool_forbidden", recordsRefusals: true, hasWriters: true } as const;

/** Every door, by what it is called in a test's name. */
export const DOORS: Readonly<Record<string, Door>> = {
  "POST /tools/execute": {
    ...CALLERS_OWN,
    name: "execute",
    doorScopes: [],
    async knock(worker, { tool, given, ...caller }) {
      return codeOf(await post(worker, "/tools/execute", caller, { tool, arguments: given }));
    },
  },
  MCP: {
    ...CALLERS_OWN,
    name: "mcp",
    doorScopes: [],
    async knock(worker, { tool, given, ...caller }) {
      const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: given } };
      const { status, json, text } = await post(worker, "/mcp", caller, call);
      const { result, error } = json as unknown as {
        result?: { isError: boolean };
        error?: { data?: { code?: string } };
      };
      return result?.isError === false ? "ok" : (error?.data?.code ?? `${status} ${text}`);
    },
  },
  "the caller in /chat": {
    ...CALLERS_OWN,
    name: "chat",
    doorScopes: ["chat"],
    async knock(worker, { tool, given, ...caller }) {
      const body = { message: "Hi", stream: false, tool, arguments: given };
      return codeOf(await post(worker, "/chat", caller, body));
    },
  },
  "a model in /chat": {
    ...CALLERS_OWN,
    name: "chat",
    doorScopes: ["chat"],
    recordsRefusals: false,
    async knock(worker, { tool, given, ...caller }) {
      await worker.runtime.control.plan({ kind: "answer", toolCalls: [{ name: tool, arguments: given }] });
      const answer = await post(worker, "/chat", caller, { message: "Hi", stream: false, tools: [tool] });
      if (answer.status !== 200) return codeOf(answer);
      const { sessionId, toolCalls = [] } = answer.json.data as unknown as ModelTurn;
      const [call] = toolCalls;
      if (call?.approval !== "required") return call?.ok === true ? "ok" : (call?.result?.code ?? "not asked for");
      const approved = await post(worker, `/chat/${sessionId}/approvals/${call.callId}`, caller, {
        decision: "approve",
      });
      return approved.status === 200 ? resultOf(worker, sessionId, caller) : codeOf(approved);
    },
  },
  "a model in /v1/chat/completions": {
    name: "completions",
    tenant: "oscorp",
    doorScopes: ["chat"],
    refusal: "not offered",
    recordsRefusals: false,
    hasWriters: false,
    async knock(worker, { tool, given, ...caller }) {
      await worker.runtime.control.plan({ kind: "answer", toolCalls: [{ name: tool, arguments: given }] });
      const messages = [{ role: "user", content: "Hi" }];
      const answer = await post(worker, "/v1/chat/completions", caller, { messages });
      if (answer.status !== 200) return codeOf(answer);
      const calls = await worker.runtime.control.modelCalls();
      const told = (calls.at(-1)?.inputs as { messages: { role: string; content: string }[] }).messages.at(-1);
      if (told?.role !== "tool" || told.content.includes("tool_not_found")) return "not offered";
      return told.content.includes('"code"') ? told.content : "ok";
    },
  },
};

interface ModelTurn {
  readonly sessionId: string;
  readonly toolCalls?: readonly {
    readonly callId: string;
    readonly approval: string;
    readonly ok?: boolean;
    readonly result?: { readonly code?: string };
  }[];
}

type Caller = Pick<Knock, "tenant" | "key">;

function post(worker: TestWorker, path: string, { tenant, key }: Caller, body: object): Promise<Answer> {
  return worker.call(path, { tenant, body, ...(key === undefined ? {} : { key }) });
}

function codeOf({ status, json, text }: Answer): string {
  return status === 200 ? "ok" : (json.error?.code ?? `${status} ${text}`);
}

/** What the events of a turn that was resumed say of its tool. */
async function resultOf(worker: TestWorker, sessionId: string, { tenant, key = "" }: Caller): Promise<string> {
  const response = await worker.send(`/chat/${sessionId}/events`, { tenant, key });
  let result = "no result";
  for await (const { event, data } of decodeEvents(response.body as unknown as AsyncIterable<Uint8Array>)) {
    if (event !== "tool_result") continue;
    const told = JSON.parse(data) as { ok: boolean; result: { code?: string } };
    result = told.ok ? "ok" : (told.result.code ?? "no code");
  }
  return result;
}
