import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { SCOPES } from "#tenancy/scopes";
import { startTestWorker, type Answer, type Call, type TestWorker } from "#worker/testing/start-test-worker";

/** Words that stand in documents for lawyers and nowhere else. */
const SECRET = "quetzalcoatlus";
const SECRET_HEADING = "Xylophagous";
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

  it("counts who is asking, not who asked before: labels taken from a session's principal end its view", async () => {
    const { KV } = await worker.runtime.bindings<{ KV: KVNamespace }>();
    const before = new Set((await KV.list()).keys.map(({ name }) => name));
    const key = await worker.makeKey("acme", ["chat", "search"], { acl: ["board"] });
    const ask = (): Promise<Answer> =>
      worker.call("/chat", {
        tenant: "acme",
        key,
        body: { sessionId: "board", message: QUESTION, rag: true, stream: false },
      });
    assert.ok(sees(await ask()));
    const stored = (await KV.list()).keys
      .map(({ name }) => name)
      .find((name) => !before.has(name) && name.includes("key"));
    assert.ok(stored !== undefined);
    const record = await KV.get<object>(stored, "json");
    await KV.put(stored, JSON.stringify({ ...record, acl: [] }));
    await worker.restart();
    const { data } = (await ask()).json as unknown as { data: { citations: { docId?: string }[] } };
    assert.ok(data.citations.every(({ docId }) => docId !== "closed.md"));
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
