import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { SCOPES } from "#tenancy/scopes";
import { startTestWorker, type Answer, type Call, type TestWorker } from "#worker/testing/start-test-worker";

/** Words that stand in documents for lawyers and nowhere else. */
const SECRET = "quetzalcoatlus";
const SECRET_HEADING = "Xylophagous";
/** A model that takes tools. */
const TOOL_MODEL = "@cf/openai/gpt-oss-20b";
const QUESTION = "What is the code name of the settlement with the insurer?";

const OPEN = {
  docId: "open.md",
  title: "Insurer",
  text: "The insurer of the company is asked once a year about a settlement. Its name is on the intranet.",
};
const CLOSED = {
  docId: "closed.md",
  title: `Settlement ${SECRET}`,
  source: "court",
  text: `# ${SECRET_HEADING} annex\n\nThe code name of the settlement with the insurer is ${SECRET}. Only lawyers know it.`,
  acl: ["team:legal", "board"],
};

/**
 * One tenant, one document for everybody and one for lawyers. Globex has a key with the very same label: a label counts
 * within its tenant alone.
 */
describe("a document with labels is seen by those who carry one, and by nobody else", () => {
  let worker: TestWorker;
  let lawyer: string;
  const others = new Map<string, { tenant: string; key: string }>();

  before(async () => {
    worker = await startTestWorker();
    const all = [...SCOPES];
    lawyer = await worker.makeKey("acme", all, { acl: ["team:hr", "team:legal"] });
    others.set("a key without labels, with every scope", { tenant: "acme", key: await worker.makeKey("acme", all) });
    const near = ["team:legal2", "team", "legal", "TEAM:LEGAL", "boar"];
    others.set("a key with other labels", { tenant: "acme", key: await worker.makeKey("acme", all, { acl: near }) });
    const foreign = await worker.makeKey("globex", all, { acl: ["team:legal", "board"] });
    others.set("a key of another tenant with the same labels", { tenant: "globex", key: foreign });
    const stored = await asLawyer("/ingest", { body: { documents: [OPEN, CLOSED] } });
    assert.equal(stored.status, 200, stored.text);
  });
  after(() => worker.dispose());

  const asLawyer = (target: string, call: Call = {}): Promise<Answer> =>
    worker.call(target, { tenant: "acme", key: lawyer, ...call });
  const sees = (answer: Answer): boolean =>
    new RegExp(`${SECRET}|${SECRET_HEADING}|closed\\.md`, "i").test(answer.text);

  /** Each way to a document. None of the bodies holds a secret word, so that an answer with one has read the document. */
  const doors: readonly (readonly [what: string, target: string, call: () => Call])[] = [
    ["a search", "/search", () => ({ body: { query: QUESTION, mode: "retrieve" } })],
    ["a search of 100 results", "/search", () => ({ body: { query: "settlement", topK: 100, mode: "retrieve" } })],
    ["a reranked search", "/search", () => ({ body: { query: QUESTION, mode: "retrieve", rerank: true } })],
    [
      "a search by source",
      "/search",
      () => ({ body: { query: "code", filter: { source: "court" }, mode: "retrieve" } }),
    ],
    ["an answer with why and follow-ups", "/search", () => ({ body: { query: QUESTION } })],
    [
      "an answer past the cache",
      "/search",
      () => ({ body: { query: QUESTION }, headers: { "cache-control": "no-cache" } }),
    ],
    ["a streamed answer", "/search", () => ({ body: { query: QUESTION, stream: true } })],
    ["a grounded chat", "/chat", () => ({ body: { message: QUESTION, rag: true, stream: false } })],
    ["a grounded chat, streamed", "/chat", () => ({ body: { message: QUESTION, rag: true } })],
    [
      "the tool vector_search",
      "/tools/execute",
      () => ({ body: { tool: "vector_search", arguments: { query: QUESTION } } }),
    ],
    [
      "the tool vector_search over MCP",
      "/mcp",
      () => ({
        body: {
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "vector_search", arguments: { query: QUESTION } },
        },
      }),
    ],
    [
      "the tool vector_search, called by the model of a chat",
      "/chat",
      () => ({
        body: {
          message: `Use the tool vector_search with {"query":"${QUESTION}"}.`,
          modelId: "@cf/openai/gpt-oss-20b",
          tools: ["vector_search"],
          stream: false,
        },
      }),
    ],
    ["the list of documents", "/documents", () => ({})],
    ["the document", "/documents/closed.md", () => ({ headers: { "x-note": "by id" } })],
  ];
  for (const [what, target, call] of doors) {
    it(`${what}: a lawyer sees it, also right after the others, whose answer was kept`, async () => {
      for (const first of [...others.values(), { tenant: "acme", key: lawyer }, ...others.values()]) {
        const answer = await worker.call(target, { ...call(), ...first });
        assert.ok(answer.status < 500, answer.text);
        assert.equal(sees(answer), first.key === lawyer, answer.text);
      }
    });
  }

  it("the others still get what is everyone's", async () => {
    for (const { tenant, key } of others.values()) {
      const { text } = await worker.call("/search", { tenant, key, body: { query: QUESTION, mode: "retrieve" } });
      assert.equal(text.includes("open.md"), tenant === "acme", text);
    }
  });

  it("labels are the key's own: no request can claim one", async () => {
    const [{ key } = { key: "" }] = others.values();
    const claims: readonly (readonly [string, Call])[] = [
      ["/search", { body: { query: QUESTION, acl: ["team:legal"] } }],
      ["/search", { body: { query: QUESTION, filter: { acl: ["team:legal"] } } }],
      ["/chat", { body: { message: QUESTION, rag: true, stream: false, acl: ["team:legal"] } }],
      ["/tools/execute", { body: { tool: "vector_search", arguments: { query: QUESTION, acl: ["team:legal"] } } }],
      ["/documents?acl=team:legal", {}],
      [
        "/search",
        { body: { query: QUESTION, mode: "retrieve" }, headers: { "x-acl": "team:legal", acl: "team:legal" } },
      ],
    ];
    for (const [target, call] of claims) {
      const answer = await worker.call(target, { tenant: "acme", key, ...call });
      assert.ok(answer.status < 500 && !sees(answer), answer.text);
    }
  });

  it("nobody deletes what he may not see: it is not found, and stays", async () => {
    for (const other of others.values()) {
      const answer = await worker.call("/documents/closed.md", { ...other, method: "DELETE" });
      assert.equal(answer.status, 404, answer.text);
    }
    assert.equal((await asLawyer("/documents/closed.md")).status, 200);
  });

  /** A key with a label, and what takes the label from it, in every isolate. */
  async function keyOfBoard(): Promise<{ key: string; takeLabel: () => Promise<void> }> {
    const KV = worker.runtime.kv("KV");
    const before = new Set((await KV.list()).keys.map(({ name }) => name));
    const key = await worker.makeKey("acme", ["chat", "search", "ingest", "tools"], { acl: ["board"] });
    const made = (await KV.list()).keys.map(({ name }) => name).filter((name) => !before.has(name));
    const stored = made.find((name) => name.includes("key")) ?? assert.fail();
    const takeLabel = async (): Promise<void> => {
      const record = await KV.get<object>(stored, "json");
      await KV.put(stored, JSON.stringify({ ...record, acl: [] }));
      // An isolate trusts a key that it has found for half a minute.
      await worker.restart();
    };
    return { key, takeLabel };
  }

  /** A grounded turn that waits for a person, and the call that it waits for. */
  async function pause(key: string, sessionId: string): Promise<string> {
    const wish = { name: "ingest_docs", arguments: { documents: [{ docId: `${sessionId}.md`, text: "A wish." }] } };
    await worker.runtime.control.plan({ kind: "answer", toolCalls: [wish] }, { model: TOOL_MODEL });
    const tools = ["ingest_docs"];
    const body = { sessionId, message: QUESTION, rag: true, stream: false, modelId: TOOL_MODEL, tools };
    const { json, text } = await worker.call("/chat", { tenant: "acme", key, body });
    const { toolCalls = [] } = json.data as unknown as { toolCalls?: readonly { callId: string }[] };
    return toolCalls[0]?.callId ?? assert.fail(text);
  }
  const approve = (key: string, sessionId: string, callId: string): Promise<Answer> =>
    worker.call(`/chat/${sessionId}/approvals/${callId}`, { tenant: "acme", key, body: { decision: "approve" } });
  /** What models were asked, as one text. */
  const prompts = async (): Promise<string> =>
    JSON.stringify((await worker.runtime.control.modelCalls()).map(({ inputs }) => inputs));

  it("a turn that waits for a person is over when its key has lost a label: what it has read is not answered from", async () => {
    const { key, takeLabel } = await keyOfBoard();
    const callId = await pause(key, "waits");
    assert.match(await prompts(), new RegExp(SECRET), "it has read it");
    await takeLabel();
    await worker.runtime.control.reset();
    assert.equal((await approve(key, "waits", callId)).status, 410);
    assert.equal((await approve(lawyer, "waits", callId)).status, 410, "and nobody else, an admin, takes it up");
    assert.deepEqual(await worker.runtime.control.modelCalls(), []);
    assert.equal((await asLawyer("/documents/waits.md")).status, 404);
  });

  it("a turn that waits for a person goes on with the documents as they are then", async () => {
    const callId = await pause(lawyer, "goes-on");
    assert.match(await prompts(), new RegExp(SECRET));
    await asLawyer("/ingest", { body: { ...CLOSED, acl: ["board"] } });
    await worker.runtime.control.reset();
    await worker.runtime.control.answerWith("I do not know [1].", { model: TOOL_MODEL });
    assert.equal((await approve(lawyer, "goes-on", callId)).status, 200);
    const events = await asLawyer("/chat/goes-on/events");
    assert.match(events.text, /"n":1,"docId":"open\.md"/, "the sources that its citations are checked against");
    assert.ok(!sees(events), events.text);
    assert.match(await prompts(), /<source id/);
    assert.doesNotMatch(await prompts(), new RegExp(SECRET));
    await asLawyer("/ingest", { body: CLOSED });
  });

  it("counts who is asking, not who asked before: labels taken from a session's principal end its view", async () => {
    const { key, takeLabel } = await keyOfBoard();
    const ask = (): Promise<Answer> =>
      worker.call("/chat", {
        tenant: "acme",
        key,
        body: { sessionId: "board", message: QUESTION, rag: true, stream: false, modelId: TOOL_MODEL },
      });
    assert.ok(sees(await ask()));
    await takeLabel();
    // A model that says it once more, from the history of the session: it is not supported by anything that may be read now.
    await worker.runtime.control.reset();
    await worker.runtime.control.answerWith(`Everybody calls it ${SECRET} [1].`, { model: TOOL_MODEL });
    const { data } = (await ask()).json as unknown as { data: { citations: { docId?: string; verdict: string }[] } };
    assert.deepEqual(
      data.citations.filter(({ docId, verdict }) => docId === "closed.md" || verdict === "supported"),
      [],
    );
    const asked = await prompts();
    assert.doesNotMatch(asked.slice(asked.indexOf("<source id"), asked.lastIndexOf("</source>")), new RegExp(SECRET));
  });

  it("a change of labels holds at once, whatever was kept of searches", async () => {
    const [{ key } = { key: "" }] = others.values();
    const search = (as: string): Promise<Answer> =>
      worker.call("/search", { tenant: "acme", key: as, body: { query: QUESTION, mode: "retrieve" } });
    assert.ok(!sees(await search(key)) && sees(await search(lawyer)));
    await asLawyer("/ingest", { body: { ...CLOSED, acl: ["board"] } });
    assert.ok(!sees(await search(key)) && !sees(await search(lawyer)), "the lawyer's label is gone");
    const { acl: _, ...everyones } = CLOSED;
    await asLawyer("/ingest", { body: everyones });
    assert.ok(sees(await search(key)) && sees(await search(lawyer)), "it is everyone's now");
  });
});
