import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { startTestWorker, type Call, type TestWorker } from "#worker/testing/start-test-worker";

/** A word that stands in globex's data and nowhere else. */
const SECRET = "zebrafinch";

/**
 * Both tenants live in one Worker and share one D1, one KV, one Vectorize index and one Durable Object namespace:
 * what keeps them apart here is the platform alone.
 */
describe("acme never sees what is globex's", () => {
  let worker: TestWorker;
  const acme = (extra: Call = {}): Call => ({ tenant: "acme", key: worker.keys.acme, ...extra });
  const globex = (extra: Call = {}): Call => ({ tenant: "globex", key: worker.keys.globex, ...extra });

  before(async () => {
    worker = await startTestWorker();
    const text = `The merger is called project ${SECRET}. Its budget is nine million.`;
    const stored = await worker.call(
      "/ingest",
      globex({ body: { docId: "merger.md", text, title: `Plan ${SECRET}` } }),
    );
    assert.equal(stored.status, 200, stored.text);
    const chat = { sessionId: "shared-id", message: `Remember the word ${SECRET}.`, stream: false };
    assert.equal((await worker.call("/chat", globex({ body: chat }))).status, 200);
  });
  after(() => worker.dispose());

  it("globex itself finds its document and its session", async () => {
    const found = await worker.call("/search", globex({ body: { query: `project ${SECRET}`, mode: "retrieve" } }));
    assert.match(found.text, new RegExp(SECRET));
    assert.match((await worker.call("/chat/shared-id/history", globex())).text, new RegExp(SECRET));
  });

  const attempts: readonly (readonly [what: string, target: string, call: () => Call])[] = [
    ["a search for the very words", "/search", () => acme({ body: { query: `project ${SECRET} merger budget` } })],
    [
      "a search by docId",
      "/search",
      () => acme({ body: { query: "merger", filter: { docId: "merger.md" }, mode: "retrieve" } }),
    ],
    ["a search of 100 results", "/search", () => acme({ body: { query: "merger", topK: 100, mode: "retrieve" } })],
    [
      "a grounded chat",
      "/chat",
      () => acme({ body: { message: "What is the merger called?", rag: true, stream: false } }),
    ],
    [
      "a chat under the same session id",
      "/chat",
      () => acme({ body: { sessionId: "shared-id", message: "Which word?", stream: false } }),
    ],
    ["the history of the same session id", "/chat/shared-id/history", () => acme()],
    ["the list of documents", "/documents", () => acme()],
    ["the document itself", "/documents/merger.md", () => acme()],
    ["deleting the document", "/documents/merger.md", () => acme({ method: "DELETE" })],
    ["globex's key with acme's header", "/documents", () => acme({ key: worker.keys.globex })],
    ["acme's key with globex's header", "/documents", () => ({ tenant: "globex", key: worker.keys.acme })],
    ["acme's key on globex's host", "http://globex.example/documents", () => ({ key: worker.keys.acme })],
    ["acme's header on globex's host", "http://globex.example/documents", () => acme()],
  ];
  for (const [what, target, call] of attempts) {
    it(`not through ${what}`, async () => {
      const answer = await worker.call(target, call());
      assert.ok(answer.status < 500, answer.text);
      assert.ok(!answer.text.includes(SECRET), answer.text);
    });
  }

  it("keeps two documents of one id apart", async () => {
    await worker.call("/ingest", acme({ body: { docId: "merger.md", text: "Acme merges two teams." } }));
    assert.match((await worker.call("/documents/merger.md", acme())).text, /two teams/);
    assert.match((await worker.call("/documents/merger.md", globex())).text, new RegExp(SECRET));
    assert.equal((await worker.call("/documents/merger.md", acme({ method: "DELETE" }))).status, 200);
    assert.match((await worker.call("/documents/merger.md", globex())).text, new RegExp(SECRET));
    const found = await worker.call("/search", globex({ body: { query: SECRET, mode: "retrieve" } }));
    assert.match(found.text, /nine million/);
  });

  it("takes forged metadata for what it is: data", async () => {
    const body = { docId: "forged.md", text: "A forged note.", metadata: { tenantId: "globex", docId: "merger.md" } };
    await worker.call("/ingest", acme({ body }));
    const globexSees = await worker.call("/search", globex({ body: { query: "forged note", mode: "retrieve" } }));
    assert.ok(!globexSees.text.includes("forged note."));
    const acmeSees = await worker.call("/search", acme({ body: { query: "forged note", mode: "retrieve" } }));
    assert.match(acmeSees.text, /"docId":"forged.md"/);
  });

  it("stores nothing without the tenant in its key: D1 rows, KV keys, Durable Object names, gateway metadata", async () => {
    const DB = worker.runtime.d1("DB");
    const KV = worker.runtime.kv("KV");
    for (const table of ["documents", "chunks", "vectors"]) {
      const { results } = await DB.prepare(`SELECT DISTINCT tenant_id FROM ${table}`).all<{ tenant_id: string }>();
      assert.ok(
        results.every(({ tenant_id }) => tenant_id === "acme" || tenant_id === "globex"),
        table,
      );
    }
    const { keys } = await KV.list();
    assert.ok(keys.every(({ name }) => /^(acme|globex):/.test(name)));
    for (const log of await worker.runtime.control.gatewayLogs()) {
      assert.equal(log.gateway, `${String(log.metadata["tenant"])}-dev`);
    }
  });
});
