import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import type { ServerSentEvent } from "#base/server-sent-events";
import type { TurnToolCall } from "#chat/chat-request";
import { HOLD_MS } from "#limits/budget-ledger";
import { quotaObjectName } from "#limits/quota-object-name";
import type { ScriptedToolCall } from "#simulators/contract/control-messages";
import type { AuditRecord } from "#storage/audit-log";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { ANSWER, answerChunks, EventReader, killSession, WORDS } from "#worker/testing/deaths";
import { eventually } from "#worker/testing/eventually";
import type { FaultyQuota } from "#worker/testing/faulty-quota";
import { type Answer, type Call, startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

const TOOL_MODEL = "@cf/openai/gpt-oss-20b";
const EMBEDDING_MODEL = "@cf/baai/bge-base-en-v1.5";
const INTERRUPTED = /^id: \d?999998\nevent: error\n.*interrupted.*\n\nid: \d?999999\nevent: done\ndata: {"ok":false/;
const SEARCH = { name: "vector_search", arguments: { query: "kites" } };
const wish = (docId: string) => ({
  name: "ingest_docs",
  arguments: { documents: [{ docId, text: `The text of ${docId}.` }] },
});

/** The object is reset at once, wherever it stands: not as by an eviction, which waits for what is under way. */
describe("a session that dies in the middle of a turn", () => {
  let worker: TestWorker;
  const keys = new Map<string, string>();
  before(async () => {
    worker = await startTestWorker();
    for (const tenant of ["umbrella", "oscorp"])
      keys.set(tenant, await worker.makeKey(tenant, ["chat", "search", "ingest", "tools"]));
  });
  after(() => worker.dispose());
  beforeEach(() => worker.runtime.control.reset());

  const as = (tenant: string, extra: Call = {}): Call => ({ tenant, key: keys.get(tenant) ?? "", ...extra });
  const die = (tenant: string, sessionId: string): Promise<void> => killSession(worker, tenant, sessionId);
  const calls = async (model?: string): Promise<number> =>
    (await worker.runtime.control.modelCalls()).filter((call) => model === undefined || call.model === model).length;
  const ask = (tenant: string, sessionId: string, message = "Go on."): Promise<Answer> =>
    worker.call("/chat", as(tenant, { body: { sessionId, message, stream: false } }));
  const stream = async (tenant: string, sessionId: string): Promise<EventReader> =>
    new EventReader(await worker.send("/chat", as(tenant, { body: { sessionId, message: "Count." } })));
  const sayWords = (delayMs: number) =>
    worker.runtime.control.plan({ kind: "chunks", chunks: answerChunks(), delayMs });
  async function history(tenant: string, sessionId: string): Promise<string[]> {
    const { status, json } = await worker.call(`/chat/${sessionId}/history`, as(tenant));
    if (status === 404) return [];
    const { messages } = json.data as unknown as { messages: { role: string; content: string }[] };
    return messages.map(({ role, content }) => `${role}: ${content}`);
  }
  /** What comes after the last event that somebody has seen. */
  function resume(tenant: string, sessionId: string, seen: readonly ServerSentEvent[] = []): Promise<Answer> {
    const id = seen.at(-1)?.id;
    return worker.call(`/chat/${sessionId}/events${id === undefined ? "" : `?after=${id}`}`, as(tenant));
  }

  for (const seen of [1, 2, 3, 5, WORDS + 1, WORDS + 2])
    it(`after ${seen} events: the turn has one true end, is paid once at most, and the session goes on`, async () => {
      const sessionId = `seen-${seen}`;
      const paid = (await spent("umbrella")).calls;
      await sayWords(40);
      const reader = await stream("umbrella", sessionId);
      const events = await reader.take(seen);
      await die("umbrella", sessionId);
      events.push(...(await reader.rest()));
      const { status, text } = await resume("umbrella", sessionId, events);
      const messages = await history("umbrella", sessionId);
      // It may have ended before it died, without its client having heard.
      const isWhole = events.at(-1)?.event === "done" || text.includes('"ok":true');
      if (isWhole) assert.deepEqual([status, messages], [200, ["user: Count.", `assistant: ${ANSWER}`]]);
      else {
        assertInterrupted({ status, text });
        assert.ok(`assistant: ${ANSWER}`.startsWith(messages[1] ?? "assistant: "), messages[1]);
      }
      assert.equal(await calls(), 1, "nobody has asked the model again");

      assert.equal((await ask("umbrella", sessionId)).status, 200);
      const later = await history("umbrella", sessionId);
      assert.deepEqual([later.length, later.at(-2)], [messages.length + 2, "user: Go on."]);
      await eventually(
        () => spent("umbrella"),
        (now) => now.calls === paid + (isWhole ? 2 : 1),
      );
    });

  it("before its first token, and in a later turn: what nobody has said is not in the history", async () => {
    for (const turn of [0, 1]) {
      await worker.runtime.control.plan({ kind: "hang" });
      const reader = await stream("umbrella", "silent");
      const events = await reader.take(1);
      await eventually(calls, (count) => count === 1);
      await die("umbrella", "silent");
      assert.deepEqual(await reader.rest(), []);
      assertInterrupted(await resume("umbrella", "silent", events));
      assert.equal((await history("umbrella", "silent")).length, turn * 2);
      assert.equal((await ask("umbrella", "silent")).status, 200);
      await worker.runtime.control.reset();
    }
  });

  it("while somebody waits for the whole answer: a failure that can be tried again, and then works", async () => {
    await sayWords(40);
    const answer = ask("umbrella", "whole");
    await eventually(calls, (count) => count === 1);
    await die("umbrella", "whole");
    const { status, json } = await answer;
    assert.deepEqual([status, json.error?.code], [500, "internal"]);
    assert.equal((await ask("umbrella", "whole")).status, 200);
  });

  it("leaves holds behind that count as spent when their time is over, and are then gone", async () => {
    const { QUOTAS } = await worker.runtime.bindings<{ QUOTAS: DurableObjectNamespace<FaultyQuota> }>();
    const quota = QUOTAS.get(QUOTAS.idFromName(quotaObjectName(tenantIdSchema.parse("umbrella"))));
    const { used, reserved } = await spent("umbrella");
    assert.ok(reserved > 0, "nothing is held of all that has died");
    // What was leased besides is given back meanwhile, or not.
    await quota.setAhead(HOLD_MS + 1_000);
    const later = await spent("umbrella");
    await quota.setAhead(0);
    assert.ok(later.reserved === 0 && later.used > used && later.used <= used + reserved, JSON.stringify(later));
  });

  describe("with tools", () => {
    const script = (toolCalls: readonly ScriptedToolCall[]) =>
      worker.runtime.control.plan({ kind: "answer", toolCalls }, { model: TOOL_MODEL });
    const isStored = async (docId: string) => (await worker.call(`/documents/${docId}`, as("oscorp"))).status === 200;
    const decide = (sessionId: string, callId = "", decision = "approve"): Promise<Answer> =>
      worker.call(`/chat/${sessionId}/approvals/${callId}`, as("oscorp", { body: { decision } }));
    async function pause(sessionId: string, ...docIds: string[]): Promise<string[]> {
      await script(docIds.map(wish));
      const { json } = await ask("oscorp", sessionId, "Store it.");
      const { toolCalls = [] } = json.data as unknown as { toolCalls?: readonly TurnToolCall[] };
      return toolCalls.filter(({ approval }) => approval === "required").map(({ callId }) => callId);
    }

    it("that run: the call ends with the turn and is not made again", async () => {
      await script([SEARCH]);
      await worker.runtime.control.plan({ kind: "hang" }, { model: EMBEDDING_MODEL });
      const reader = await stream("oscorp", "runs");
      const events = await reader.take(({ event }) => event === "tool_call");
      await eventually(
        () => calls(EMBEDDING_MODEL),
        (count) => count === 1,
      );
      await die("oscorp", "runs");
      assert.deepEqual(await reader.rest(), []);
      assertInterrupted(await resume("oscorp", "runs", events));
      assert.deepEqual(await history("oscorp", "runs"), []);
      assert.deepEqual([await calls(TOOL_MODEL), await calls(EMBEDDING_MODEL)], [1, 1]);
      assert.equal((await ask("oscorp", "runs")).status, 200);
    });

    it("that wait for a person: they go on waiting, and what was decided stands", async () => {
      const [first, second] = await pause("waits", "waits-a.md", "waits-b.md");
      await die("oscorp", "waits");
      assert.equal((await decide("waits", first, "deny")).status, 200);
      await die("oscorp", "waits");
      assert.equal((await decide("waits", first, "approve")).status, 410);
      assert.equal((await decide("waits", second)).status, 200);
      assert.match((await resume("oscorp", "waits")).text, /event: done\ndata: {"ok":true[^\n]*\n\n$/);
      assert.deepEqual([await isStored("waits-a.md"), await isStored("waits-b.md")], [false, true]);
    });

    it("that were approved and run: they are not run again, nothing is stored by half, and can be asked for anew", async () => {
      const [callId] = await pause("approved", "approved.md");
      await worker.runtime.control.plan({ kind: "hang" }, { model: EMBEDDING_MODEL });
      assert.equal((await decide("approved", callId)).status, 200);
      await eventually(
        () => calls(EMBEDDING_MODEL),
        (count) => count === 1,
      );
      await die("oscorp", "approved");
      assert.equal((await decide("approved", callId)).status, 410);
      assert.match((await resume("oscorp", "approved")).text, /interrupted/);
      assert.equal(await isStored("approved.md"), false);
      const [started = assert.fail("nothing")] = await audit(1);
      assert.deepEqual([started.tool, started.outcome], ["ingest_docs", "started"], "it has left a trace");
      const [again] = await pause("approved", "approved.md");
      assert.equal((await decide("approved", again)).status, 200);
      assert.match((await resume("oscorp", "approved")).text, /event: done\ndata: {"ok":true[^\n]*\n\n$/);
      assert.equal(await isStored("approved.md"), true);
      const [ended, next] = await audit(2);
      assert.deepEqual([ended?.outcome, ended?.startSeq, next?.outcome], ["ok", next?.seq, "started"]);
      assert.notEqual(next?.seq, started.seq, "how the first one ended is not known");
    });

    it("that have read stored text: the session remembers that what it has said may repeat it", async () => {
      await script([SEARCH]);
      await worker.runtime.control.plan(
        { kind: "chunks", chunks: answerChunks(), delayMs: 500 },
        { model: TOOL_MODEL },
      );
      const reader = await stream("oscorp", "tainted");
      // Events are stored each second.
      await reader.take(({ data }) => data.includes(`word${WORDS - 2}`));
      await die("oscorp", "tainted");
      assert.match((await history("oscorp", "tainted"))[1] ?? "", /^assistant: word0/);
      await pause("tainted", "tainted.md");
      const [record] = await audit(1);
      assert.deepEqual([record?.tool, record?.taint], ["ingest_docs", "retrieved"]);
    });
  });

  /** The latest records of oscorp's audit log. */
  async function audit(
    limit: number,
  ): Promise<readonly Pick<AuditRecord, "seq" | "tool" | "outcome" | "taint" | "startSeq">[]> {
    const key = await worker.makeKey("oscorp", ["admin"]);
    const { json } = await worker.call(`/audit?limit=${limit}`, { tenant: "oscorp", key });
    return (json.data as unknown as { records: readonly AuditRecord[] }).records;
  }

  /** The tenant's budget, and how many calls were settled today. */
  async function spent(tenant: string): Promise<{ used: number; reserved: number; calls: number }> {
    const { json, text } = await worker.call("/usage", as(tenant));
    const usage = json.data as unknown as {
      budgets: { used: number; reserved: number }[];
      spent: { scope: string; window: string; calls: number }[];
    };
    const [budget = assert.fail(text)] = usage.budgets;
    const today = usage.spent.find(({ scope, window }) => scope === "tenant" && window === "day");
    return { used: budget.used, reserved: budget.reserved, calls: today?.calls ?? 0 };
  }
});

/**
 * Whoever comes back reads that the turn was interrupted. A turn is stored for the first time a moment after its first event:
 * of one that died before there is nothing, nor of its session if it was the first.
 */
function assertInterrupted({ status, text }: Pick<Answer, "status" | "text">): void {
  if (status === 200) assert.match(text, INTERRUPTED);
  else assert.match(text, /"code":"(?:not_found|gone)"/);
}
