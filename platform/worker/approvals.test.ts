import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { decodeEvents } from "#base/server-sent-events";
import type { TurnToolCall } from "#chat/chat-request";
import { APPROVAL_MS } from "#chat/paused-turn";
import { sessionObjectName } from "#chat/session-name";
import type { Scope } from "#tenancy/scopes";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import type { AgingSession } from "#worker/testing/aging-session";
import { type Answer, type Call, startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

interface ScriptedToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

const MODEL = "@cf/openai/gpt-oss-20b";
const SCOPES: readonly Scope[] = ["chat", "search", "ingest", "tools"];
const ingest = (docId: string): ScriptedToolCall => ({
  name: "ingest_docs",
  arguments: { documents: [{ docId, text: `The text of ${docId}.` }] },
});

/** What a model wants to change waits for a person. */
describe("approvals", () => {
  let worker: TestWorker;
  let key: string;
  let admin: string;
  before(async () => {
    worker = await startTestWorker();
    key = await worker.makeKey("oscorp", SCOPES);
    admin = await worker.makeKey("oscorp", ["admin"]);
  });
  after(() => worker.dispose());
  beforeEach(() => worker.runtime.control.reset());

  const oscorp = (extra: Call = {}): Call => ({ tenant: "oscorp", key, ...extra });
  async function script(...rounds: readonly (readonly ScriptedToolCall[] | string)[]): Promise<void> {
    for (const round of rounds)
      await worker.runtime.control.plan(
        typeof round === "string" ? { kind: "answer", text: round } : { kind: "answer", toolCalls: round },
        { model: MODEL },
      );
  }
  /** A turn that waits: the calls of it that do. */
  async function pause(
    sessionId: string,
    wish: readonly ScriptedToolCall[],
    { rag = false, ...call }: Call & { rag?: boolean } = {},
  ): Promise<{ calls: readonly TurnToolCall[]; finishReason: string }> {
    await script(wish);
    const body = { sessionId, message: "Store it.", stream: false, rag };
    const { status, json, text } = await worker.call("/chat", oscorp({ body, ...call }));
    assert.equal(status, 200, text);
    const { toolCalls = [], finishReason } = json.data as unknown as {
      toolCalls?: readonly TurnToolCall[];
      finishReason: string;
    };
    return { calls: toolCalls.filter(({ approval }) => approval === "required"), finishReason };
  }
  const decide = (sessionId: string, callId = "", decision = "approve", call: Call = {}): Promise<Answer> =>
    worker.call(`/chat/${sessionId}/approvals/${callId}`, oscorp({ body: { decision }, ...call }));
  const verdict = ({ status, json }: Answer): string =>
    status === 200 ? (json.data as unknown as { status: string }).status : `${status} ${json.error?.code}`;
  async function eventsOf(sessionId: string, after?: string, call: Call = {}) {
    const query = after === undefined ? "" : `?after=${after}`;
    const response = await worker.send(`/chat/${sessionId}/events${query}`, oscorp(call));
    const events: { id: string; event: string; data: Record<string, unknown> }[] = [];
    for await (const { id = "", event = "", data } of decodeEvents(response.body ?? assert.fail()))
      events.push({ id, event, data: JSON.parse(data) as Record<string, unknown> });
    return events;
  }
  async function history(sessionId: string): Promise<string[]> {
    const { json } = await worker.call(`/chat/${sessionId}/history`, oscorp());
    const { messages } = json.data as unknown as { messages: { role: string; content: string }[] };
    return messages.map(({ role, content }) => `${role}: ${content}`);
  }
  const isStored = async (docId: string) => (await worker.call(`/documents/${docId}`, oscorp())).status === 200;
  async function auditOf(limit: number) {
    const { json } = await worker.call(`/audit?limit=${limit}`, { tenant: "oscorp", key: admin });
    const { records } = json.data as unknown as { records: Record<string, string>[] };
    return records.map(({ tool, outcome, code = "", taint }) => `${tool} ${outcome} ${code} ${taint}`);
  }

  it("a call that writes waits; approved, it runs and the turn goes on where it was", async () => {
    const { calls, finishReason } = await pause("approve", [ingest("a.md")]);
    assert.deepEqual([calls.length, finishReason, await isStored("a.md")], [1, "tool_calls", false]);
    assert.deepEqual(await auditOf(1), ["ingest_docs denied tool_forbidden model"]);
    const before = await eventsOf("approve");
    assert.deepEqual(
      before.map(({ event }) => event),
      ["start", "tool_call", "done"],
    );
    const { expiresAt, approval } = before[1]?.data ?? {};
    assert.equal(approval, "required");
    const leftMs = Date.parse(String(expiresAt)) - Date.now();
    assert.ok(leftMs > 590_000 && leftMs <= 600_000, String(leftMs));
    assert.deepEqual(await history("approve"), [], "the turn is not over");

    await script("Stored as a.md.");
    assert.equal(verdict(await decide("approve", calls[0]?.callId)), "resumed");
    const after = await eventsOf("approve", before.at(-1)?.id);
    assert.deepEqual(
      after.map(({ event }) => event).filter((name, at, all) => name !== all[at - 1]),
      ["tool_result", "message", "done"],
    );
    assert.deepEqual([after[0]?.data["callId"], after[0]?.data["ok"]], [calls[0]?.callId, true]);
    assert.deepEqual(
      [...before, ...after].map(({ id }) => id),
      [...before, ...after].map((_, at) => String(at + 1)),
      "the events of one turn",
    );
    assert.equal(await isStored("a.md"), true);
    assert.deepEqual(await auditOf(3), [
      "ingest_docs ok  model",
      "ingest_docs started  model",
      "ingest_docs denied tool_forbidden model",
    ]);
    assert.deepEqual(await history("approve"), ["user: Store it.", "assistant: Stored as a.md."]);
    assert.deepEqual(await eventsOf("approve"), [...before, ...after], "all of it can be read again");
  });

  it("denied, it does not run, and the model is told", async () => {
    const { calls } = await pause("deny", [ingest("b.md")]);
    await script("Then not.");
    assert.equal(verdict(await decide("deny", calls[0]?.callId, "deny")), "resumed");
    const events = await eventsOf("deny");
    assert.match(JSON.stringify(events), /did not approve/);
    assert.deepEqual([await isStored("b.md"), (await history("deny")).at(-1)], [false, "assistant: Then not."]);
  });

  it("cannot be decided twice, nor under another name", async () => {
    const { calls } = await pause("twice", [ingest("c.md"), ingest("d.md")]);
    const [first, second] = calls.map(({ callId }) => callId);
    assert.equal(verdict(await decide("twice", `call_${"0".repeat(32)}`)), "410 gone");
    assert.equal(verdict(await decide("twice", "anything")), "400 invalid_request");
    assert.equal(verdict(await decide("twice", first, "maybe")), "400 invalid_request");
    assert.equal(verdict(await decide("twice", first, "deny")), "waiting");
    assert.equal(verdict(await decide("twice", first, "approve")), "410 gone", "a denial stands");
    await script("Only d.");
    assert.equal(verdict(await decide("twice", second)), "resumed");
    assert.equal((await eventsOf("twice")).at(-1)?.event, "done");
    for (const callId of [first, second]) assert.equal(verdict(await decide("twice", callId)), "410 gone");
    assert.deepEqual([await isStored("c.md"), await isStored("d.md")], [false, true]);
    assert.equal((await auditOf(3)).filter((row) => row.startsWith("ingest_docs ok")).length, 1);
  });

  it("runs once, however many approve it at the same time", async () => {
    const { calls } = await pause("race", [ingest("race.md")]);
    await script("Once.");
    const answers = await Promise.all(Array.from({ length: 8 }, () => decide("race", calls[0]?.callId)));
    assert.deepEqual(answers.map(verdict).sort(), [...Array<string>(7).fill("410 gone"), "resumed"]);
    assert.equal((await eventsOf("race")).filter(({ event }) => event === "tool_result").length, 1);
  });

  it("is the business of the session's own principal, and of an administrator", async () => {
    const { calls } = await pause("mine", [ingest("e.md")]);
    const callId = calls[0]?.callId;
    for (const [who, call, expected] of [
      ["nobody", { headers: { authorization: "" } }, "401 unauthenticated"],
      ["another key of the tenant", { key: await worker.makeKey("oscorp", SCOPES) }, "404 not_found"],
      ["a key without chat", { key: await worker.makeKey("oscorp", ["tools"]) }, "403 forbidden"],
      ["another tenant's key", { key: worker.keys.acme }, "401 unauthenticated"],
      ["another tenant, its own key", { tenant: "acme", key: worker.keys.acme }, "404 not_found"],
    ] as const)
      assert.equal(verdict(await decide("mine", callId, "approve", call)), expected, who);
    assert.equal(verdict(await decide("theirs", callId)), "404 not_found", "another session");
    assert.equal(await isStored("e.md"), false);
    await script("The administrator agreed.");
    assert.equal(verdict(await decide("mine", callId, "approve", { key: admin })), "resumed");
    await eventsOf("mine");
    assert.equal(await isStored("e.md"), true);
    const { records } = (await worker.call("/audit?limit=3", { tenant: "oscorp", key: admin })).json
      .data as unknown as {
      records: { principal: string; outcome: string; approvedBy?: string }[];
    };
    const [ran, began, asked] = records;
    assert.deepEqual([ran?.outcome, asked?.outcome, asked?.approvedBy], ["ok", "denied", undefined]);
    assert.deepEqual([began?.outcome, began?.approvedBy], ["started", ran?.approvedBy]);
    assert.ok(ran?.approvedBy !== undefined && ran.approvedBy !== ran.principal, "who agreed is on record");
    assert.equal(ran.principal, asked?.principal);
  });

  it("gives an administrator's approval no scope that the caller lacks", async () => {
    const weak = await worker.makeKey("oscorp", ["chat", "tools"]);
    const { calls, finishReason } = await pause("weak", [ingest("weak.md")], { key: weak });
    // Not offered, so not asked for: the model is told at once, and nobody's time is taken.
    assert.deepEqual([calls.length, finishReason === "tool_calls"], [0, false]);
  });

  it("is over when the user goes on without it", async () => {
    const { calls } = await pause("superseded", [ingest("f.md")]);
    const body = { sessionId: "superseded", message: "Never mind.", stream: false };
    await script("As you like.");
    assert.equal((await worker.call("/chat", oscorp({ body }))).status, 200);
    assert.equal(verdict(await decide("superseded", calls[0]?.callId)), "410 gone");
    assert.deepEqual(await history("superseded"), ["user: Never mind.", "assistant: As you like."]);
    assert.equal(await isStored("f.md"), false);
  });

  it("outlives the isolate that it was asked in", async () => {
    const { calls } = await pause("evicted", [ingest("g.md")]);
    await worker.restart();
    await script("Still here.");
    assert.equal(verdict(await decide("evicted", calls[0]?.callId)), "resumed");
    await eventsOf("evicted");
    assert.equal(await isStored("g.md"), true);
    assert.deepEqual(await history("evicted"), ["user: Store it.", "assistant: Still here."]);
  });

  it("is over after ten minutes: the call has not run, cannot be approved any more, and the session goes on", async () => {
    const { calls } = await pause("late", [ingest("late.md")]);
    const { calls: others } = await pause("in-time", [ingest("in-time.md")]);
    const { CHAT_SESSIONS } = await worker.runtime.bindings<{ CHAT_SESSIONS: DurableObjectNamespace<AgingSession> }>();
    const sessionOf = (sessionId: string) =>
      CHAT_SESSIONS.get(CHAT_SESSIONS.idFromName(sessionObjectName(tenantIdSchema.parse("oscorp"), sessionId)));
    await sessionOf("late").agePause(APPROVAL_MS);
    await sessionOf("in-time").agePause(APPROVAL_MS - 60_000);
    await worker.restart();
    assert.equal(verdict(await decide("late", calls[0]?.callId)), "410 gone");
    assert.equal(verdict(await decide("late", calls[0]?.callId, "approve", { key: admin })), "410 gone");
    assert.equal(await isStored("late.md"), false);
    await script("I am listening.");
    const again = await worker.call("/chat", oscorp({ body: { sessionId: "late", message: "Go on.", stream: false } }));
    assert.equal((again.json.data as unknown as { message: { content: string } }).message.content, "I am listening.");
    assert.equal(await isStored("late.md"), false);
    // A minute before its end it still can be.
    await script("Stored.");
    assert.equal(verdict(await decide("in-time", others[0]?.callId)), "resumed");
    await eventsOf("in-time");
    assert.equal(await isStored("in-time.md"), true);
  });

  it("remembers that stored text was read, in later turns of the session too", async () => {
    await script([{ name: "vector_search", arguments: { query: "text" } }], "Read.");
    const body = { sessionId: "tainted", message: "Search.", stream: false };
    assert.equal((await worker.call("/chat", oscorp({ body }))).status, 200);
    await worker.restart();
    await pause("tainted", [ingest("h.md")]);
    assert.deepEqual(await auditOf(1), ["ingest_docs denied tool_forbidden retrieved"]);
  });

  it("goes on with its sources: citations are checked at the end", async () => {
    const document = { docId: "lamps.md", text: "Store it: the garden lamp is stored in the shed." };
    assert.equal((await worker.call("/ingest", oscorp({ body: document }))).status, 200);
    const { calls } = await pause("grounded", [ingest("j.md")], { rag: true });
    await script("The garden lamp is stored in the shed [1]. It is blue [9].");
    assert.equal(verdict(await decide("grounded", calls[0]?.callId)), "resumed");
    const events = await eventsOf("grounded");
    const cited = events.filter(({ event }) => event === "citation").map(({ data }) => [data["n"], data["verdict"]]);
    assert.deepEqual(cited, [
      [1, "supported"],
      [9, "unknown_source"],
    ]);
    assert.deepEqual(await auditOf(1), ["ingest_docs ok  retrieved"]);
  });

  it("says so when the model fails after the approval; what was approved is done", async () => {
    const { calls } = await pause("fails", [ingest("i.md")]);
    await worker.runtime.control.failModel(503, { model: MODEL });
    assert.equal(verdict(await decide("fails", calls[0]?.callId)), "resumed");
    const events = await eventsOf("fails");
    assert.deepEqual(
      events.map(({ event }) => event),
      ["start", "tool_call", "done", "tool_result", "error", "done"],
    );
    assert.equal(await isStored("i.md"), true);
  });
});
