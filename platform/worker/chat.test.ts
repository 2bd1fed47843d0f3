import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { decodeEvents, type ServerSentEvent } from "#base/server-sent-events";
import type { SessionEnv } from "#chat/session-object";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { eventually } from "#worker/testing/eventually";
import { ACME_SESSIONS } from "#worker/testing/two-tenants";
import { startTestWorker, type Call, type TestWorker } from "#worker/testing/start-test-worker";

interface ChatData {
  readonly sessionId: string;
  readonly message: { readonly role: string; readonly content: string };
  readonly usage: { readonly totalTokens: number; readonly modelId: string };
  readonly finishReason: string;
  readonly promptVersion: string;
}

describe("/chat, in workerd", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker.dispose());
  beforeEach(() => worker.runtime.control.reset());

  const acme = (extra: Call = {}): Call => ({ tenant: "acme", key: worker.keys.acme, ...extra });

  async function chat(body: object, call: Call = {}): Promise<ChatData> {
    const { status, json, text } = await worker.call("/chat", acme({ body: { stream: false, ...body }, ...call }));
    assert.equal(status, 200, text);
    return json.data as unknown as ChatData;
  }

  async function stream(body: object): Promise<{ events: ServerSentEvent[]; response: Response }> {
    const response = await worker.send("/chat", acme({ body }));
    return { events: await readEvents(response), response };
  }

  async function history(sessionId: string): Promise<string[]> {
    const { status, json } = await worker.call(`/chat/${sessionId}/history`, acme());
    if (status === 404) return [];
    const { messages } = json.data as unknown as { messages: { role: string; content: string }[] };
    return messages.map(({ role, content }) => `${role}: ${content}`);
  }

  it("answers as JSON and remembers the session", async () => {
    const first = await chat({ message: "My name is Ada Lovelace." });
    assert.equal(first.finishReason, "stop");
    assert.ok(first.usage.totalTokens > 0);
    assert.match(first.promptVersion, /^[0-9a-f]{12}$/);
    const second = await chat({ sessionId: first.sessionId, message: "What is my name?" });
    assert.match(second.message.content, /Ada/);
    assert.equal((await history(first.sessionId)).length, 4);
  });

  it("streams start, messages and done, with increasing ids", async () => {
    await worker.runtime.control.answerWith("One two three four.");
    const { events, response } = await stream({ message: "count" });
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.deepEqual(
      events.map((event) => event.id),
      events.map((_, index) => String(index + 1)),
    );
    assert.equal(events[0]?.event, "start");
    assert.equal(events.at(-1)?.event, "done");
    const text = events
      .filter((event) => event.event === "message")
      .map((event) => (JSON.parse(event.data) as { content: string }).content);
    assert.ok(text.length > 1, "the answer came in one piece");
    assert.equal(text.join(""), "One two three four.");
    assert.equal(response.headers.get("x-session-id"), (JSON.parse(events[0].data) as { sessionId: string }).sessionId);
  });

  it("calls the model through the tenant's gateway with tenant, route, trace, session and principal", async () => {
    const { sessionId } = await chat({ message: "hi" }, { headers: { "x-request-id": "trace-77" } });
    const logs = await worker.runtime.control.gatewayLogs({ gateway: "acme-dev" });
    const log = logs.at(-1);
    assert.equal(log?.metadata["tenant"], "acme");
    assert.equal(log.metadata["trace"], "trace-77");
    assert.equal(log.metadata["session"], sessionId);
    assert.equal(log.metadata["route"], "/chat");
  });

  it("stores nothing of a turn whose model fails before the first token, and says so in an event", async () => {
    await worker.runtime.control.failModel(503);
    const { events } = await stream({ sessionId: "fails-at-once", message: "hi" });
    const names = events.map((event) => event.event);
    assert.deepEqual(names, ["start", "error", "done"]);
    assert.equal((JSON.parse(events[1]?.data ?? "{}") as { code: string }).code, "model_unavailable");
    assert.deepEqual(await history("fails-at-once"), []);
  });

  it("answers 503 model_unavailable as JSON, without the provider's text", async () => {
    await worker.runtime.control.failModel(500);
    const { status, json, text } = await worker.call("/chat", acme({ body: { message: "hi", stream: false } }));
    assert.equal(status, 503);
    assert.equal(json.error?.code, "model_unavailable");
    assert.ok(!/simul|upstream|inference/i.test(text), text);
  });

  it("keeps what was produced when the model breaks off in the middle", async () => {
    await worker.runtime.control.plan({ kind: "cut", afterTokens: 2 });
    const { events } = await stream({ sessionId: "breaks-off", message: "Tell me about the weather in Paris." });
    assert.equal(events.at(-1)?.event, "done");
    const stored = await history("breaks-off");
    assert.equal(stored.length, 2);
  });

  it("runs the turns of one session one after the other, each stored once and in order", async () => {
    const sessionId = "busy";
    await Promise.all(Array.from({ length: 20 }, (_, index) => chat({ sessionId, message: `Note number ${index}.` })));
    const messages = await history(sessionId);
    assert.equal(messages.length, 40);
    messages.forEach((message, index) => {
      assert.ok(message.startsWith(index % 2 === 0 ? "user: " : "assistant: "), message);
    });
    assert.equal(new Set(messages.filter((message) => message.startsWith("user"))).size, 20);
  });

  it("finishes and stores the turn of a client that leaves", async () => {
    await worker.runtime.control.plan({ kind: "answer", text: "A long answer of several words that goes on." });
    const response = await worker.send("/chat", acme({ body: { sessionId: "leaver", message: "hi" } }));
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    const stored = await eventually(
      () => history("leaver"),
      (messages) => messages.length === 2,
    );
    assert.equal(stored[1], "assistant: A long answer of several words that goes on.");
  });

  it("shows a session to the principal that began it and to nobody else of the tenant", async () => {
    const { sessionId } = await chat({ message: "private" });
    const other = await worker.makeKey("acme", ["chat"]);
    for (const call of [acme({ key: other }), acme({ key: other, method: "DELETE" })]) {
      const path = call.method === "DELETE" ? `/chat/${sessionId}` : `/chat/${sessionId}/history`;
      assert.equal((await worker.call(path, call)).status, 404);
    }
    assert.equal(
      (await worker.call("/chat", acme({ key: other, body: { sessionId, message: "mine?", stream: false } }))).status,
      404,
    );
    assert.equal((await history(sessionId)).length, 2);
  });

  it("removes a session with all its messages", async () => {
    const { sessionId } = await chat({ message: "forget me" });
    const deleted = await worker.call(`/chat/${sessionId}`, acme({ method: "DELETE" }));
    assert.deepEqual(deleted.json.data, { deleted: true });
    assert.equal((await worker.call(`/chat/${sessionId}/history`, acme())).status, 404);
    assert.equal((await worker.call(`/chat/${sessionId}`, acme({ method: "DELETE" }))).status, 404);
  });

  it("pages through a history with its cursor", async () => {
    const { sessionId } = await chat({ message: "one" });
    await chat({ sessionId, message: "two" });
    const first = await worker.call(`/chat/${sessionId}/history?limit=3`, acme());
    const { messages, nextCursor } = first.json.data as unknown as { messages: unknown[]; nextCursor: string };
    assert.equal(messages.length, 3);
    const second = await worker.call(`/chat/${sessionId}/history?limit=3&cursor=${nextCursor}`, acme());
    const rest = second.json.data as unknown as { messages: unknown[]; nextCursor?: string };
    assert.equal(rest.messages.length, 1);
    assert.equal(rest.nextCursor, undefined);
  });

  it("remembers after the object was thrown out of memory", async () => {
    const { sessionId } = await chat({ sessionId: "evicted", message: "My dog is called Rex." });
    await worker.runtime.evictDurableObject("ChatSession", "acme:session:evicted");
    const { message } = await chat({ sessionId, message: "What is my dog called?" });
    assert.match(message.content, /Rex/);
  });

  it("lists the principal's own sessions, latest first, page by page", async () => {
    const key = await worker.makeKey("acme", ["chat"]);
    for (const sessionId of ["list-a", "list-b", "list-c"])
      await chat({ sessionId, message: `hi from ${sessionId}` }, { key });
    await chat({ sessionId: "list-a", message: "again" }, { key });
    const list = async (query: string) => {
      const { json } = await worker.call(`/chat${query}`, acme({ key }));
      return json.data as unknown as {
        sessions: { sessionId: string; title: string; messageCount: number }[];
        nextCursor?: string;
      };
    };
    const sessions = await eventually(
      () => list(""),
      ({ sessions }) => sessions[0]?.messageCount === 4,
    );
    assert.deepEqual(
      sessions.sessions.map(({ title }) => title),
      ["hi from list-a", "hi from list-c", "hi from list-b"],
      "each by its first question",
    );
    const first = await list("?limit=2");
    const second = await list(`?limit=2&cursor=${first.nextCursor ?? ""}`);
    assert.deepEqual([first.sessions.length, second.sessions.length, second.nextCursor], [2, 1, undefined]);
    await worker.call("/chat/list-a", acme({ key, method: "DELETE" }));
    assert.equal((await list("")).sessions.length, 2);
  });

  describe("coming back to a stream", () => {
    const resume = async (sessionId: string, after?: string): Promise<ServerSentEvent[]> => {
      const headers = after === undefined ? {} : { "last-event-id": after };
      const response = await worker.send(`/chat/${sessionId}/events`, acme({ headers }));
      assert.equal(response.status, 200);
      return readEvents(response);
    };

    it("continues after the last event, without gap or repeat, at every place", async () => {
      await worker.runtime.control.answerWith("One two three four five.");
      const { events } = await stream({ sessionId: "resume-all", message: "count" });
      for (let seen = 0; seen <= events.length; seen++) {
        const rest = await resume("resume-all", String(seen));
        assert.deepEqual(rest, events.slice(seen), `after event ${seen}`);
      }
      assert.deepEqual(await resume("resume-all"), events);
    });

    it("continues a turn that is still running", async () => {
      await worker.runtime.control.plan({ kind: "chunks", chunks: slowChunks(8), delayMs: 40 });
      const response = await worker.send("/chat", acme({ body: { sessionId: "resume-running", message: "go" } }));
      const seen: ServerSentEvent[] = [];
      for await (const event of decodeEvents(response.body as unknown as AsyncIterable<Uint8Array>)) {
        seen.push(event);
        if (seen.length === 3) break;
      }
      const rest = await resume("resume-running", seen.at(-1)?.id);
      const ids = [...seen, ...rest].map((event) => event.id);
      assert.deepEqual(
        ids,
        ids.map((_, index) => String(index + 1)),
      );
      assert.equal(rest.at(-1)?.event, "done");
    });

    it("continues after the object was thrown out of memory", async () => {
      const { events } = await stream({ sessionId: "resume-evicted", message: "hello" });
      await worker.runtime.evictDurableObject("ChatSession", "acme:session:resume-evicted");
      assert.deepEqual(await resume("resume-evicted", "2"), events.slice(2));
    });

    it("refuses an event of a replaced turn with 410, an unknown one with 400, another principal with 404", async () => {
      await stream({ sessionId: "resume-old", message: "first" });
      const { events } = await stream({ sessionId: "resume-old", message: "second" });
      assert.ok(Number(events[0]?.id) > 1_000_000, "ids increase through all turns");
      const status = async (id: string, key = worker.keys.acme) =>
        (await worker.call("/chat/resume-old/events", acme({ key, headers: { "last-event-id": id } }))).status;
      assert.equal(await status("2"), 410);
      assert.equal(await status(String(Number(events.at(-1)?.id) + 1)), 400);
      assert.equal(await status("nonsense"), 400);
      assert.equal(await status("2", await worker.makeKey("acme", ["chat"])), 404);
    });
  });

  describe("retention", () => {
    it("keeps the latest messages when there are too many", async () => {
      const { maxMessages } = ACME_SESSIONS;
      const sessionId = "many";
      for (let index = 0; index < maxMessages; index++) await chat({ sessionId, message: `message ${index}` });
      const messages = await history(sessionId);
      assert.equal(messages.length, maxMessages);
      assert.equal(messages.at(-2), `user: message ${maxMessages - 1}`);
    });

    it("removes an idle session when its time has come", async () => {
      const { CHAT_SESSIONS } = await worker.runtime.bindings<{ CHAT_SESSIONS: SessionEnv["CHAT_SESSIONS"] }>();
      const tenantId = tenantIdSchema.parse("acme");
      const owner = { sessionId: "short-lived", principalId: "key_0" };
      const session = CHAT_SESSIONS.get(CHAT_SESSIONS.idFromName("acme:session:short-lived"));
      const started = await session.startTurn(tenantId, {
        ...owner,
        acl: new Set<string>(),
        traceId: "t",
        modelId: "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
        systemPrompt: "",
        promptVersion: "test",
        messages: [{ role: "user", content: "hi" }],
        isGrounded: false,
        historyMessages: 10,
        graceMs: 1_000,
        retention: { maxAgeMs: 1_500, maxMessages: 100 },
        rate: [],
      });
      assert.equal(started.outcome, "started");
      await new Response(started.events).text();
      assert.equal((await session.history(tenantId, owner, 10)).ok, true);
      await eventually(
        async () => (await session.history(tenantId, owner, 10)).ok,
        (isThere) => !isThere,
      );
    });
  });

  it("takes a system message from an admin only", async () => {
    const messages = [
      { role: "system", content: "Speak like a pirate." },
      { role: "user", content: "Hello" },
    ];
    const refused = await worker.call("/chat", acme({ body: { messages, stream: false } }));
    assert.equal(refused.status, 403);
    await chat({ messages }, { key: await worker.makeKey("acme", ["chat", "admin"]) });
  });

  it("reads the documents only for who may search", async () => {
    const body = { message: "What do lamps cost?", rag: true, stream: false };
    const { status, json } = await worker.call("/chat", acme({ body, key: await worker.makeKey("acme", ["chat"]) }));
    assert.deepEqual([status, json.error?.code], [403, "forbidden"]);
    const key = await worker.makeKey("acme", ["chat", "search"]);
    assert.equal((await worker.call("/chat", acme({ body, key }))).status, 200);
  });

  it("is the same under /api/chat, which leaves unknown fields aside", async () => {
    const body = { message: "hi", stream: false, userId: "u1" };
    assert.equal((await worker.call("/api/chat", acme({ body }))).status, 200);
    assert.equal((await worker.call("/chat", acme({ body }))).status, 400);
    assert.equal((await worker.call("/api/chat", acme({ body: { ...body, message: 7 } }))).status, 400);
  });
});

async function readEvents(response: Response): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  for await (const event of decodeEvents(response.body as unknown as AsyncIterable<Uint8Array>)) events.push(event);
  return events;
}

/** Chunks of a model's stream, to be sent with pauses. */
function slowChunks(count: number): string[] {
  const words = Array.from({ length: count }, (_, index) => `data: {"response":"word${index} "}\n\n`);
  return [...words, "data: [DONE]\n\n"];
}
