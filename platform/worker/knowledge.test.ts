import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { decodeEvents } from "#base/server-sent-events";
import { startTestWorker, type Call, type TestWorker } from "#worker/testing/start-test-worker";

const HANDBOOK = `# Travel handbook

## Booking

Employees book flights through the travel desk at least seven days before departure.

## Expenses

The daily meal allowance in Norway is 85 euros. Receipts are needed above 20 euros.
`;

interface SearchData {
  readonly answer: string;
  readonly abstained: boolean;
  readonly sources: readonly {
    readonly docId: string;
    readonly text: string;
    readonly start: number;
    readonly end: number;
  }[];
  readonly citations: readonly {
    readonly n: number;
    readonly verdict: string;
    readonly spans: readonly { start: number; end: number }[];
  }[];
}

describe("documents and search, in workerd", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
    const documents = [
      { docId: "handbook/travel.md", text: HANDBOOK, title: "Travel handbook" },
      { docId: "garden.md", text: "# Garden\n\nTomatoes need a lot of sun and water every morning." },
    ];
    const { status, json, text } = await worker.call("/ingest", acme({ body: { documents } }));
    assert.equal(status, 200, text);
    assert.equal((json.data as unknown as { count: number }).count, 2);
  });
  after(() => worker.dispose());

  const acme = (extra: Call = {}): Call => ({ tenant: "acme", key: worker.keys.acme, ...extra });
  async function search(body: object): Promise<SearchData> {
    const { status, json, text } = await worker.call("/search", acme({ body }));
    assert.equal(status, 200, text);
    return json.data as unknown as SearchData;
  }

  it("answers with a quotation of the right document", async () => {
    const { answer, sources, citations, abstained } = await search({
      query: "How high is the meal allowance in Norway?",
    });
    assert.equal(sources[0]?.docId, "handbook/travel.md");
    assert.match(answer, /daily meal allowance in Norway is 85 euros/);
    assert.equal(abstained, false);
    assert.equal(citations[0]?.verdict, "supported");
    const [span] = citations[0].spans;
    assert.match(HANDBOOK.slice(span?.start, span?.end), /85 euros/);
    assert.equal(HANDBOOK.slice(sources[0].start, sources[0].end), sources[0].text);
  });

  it("says so when nothing in the documents answers", async () => {
    const { abstained, answer } = await search({ query: "Who won the chess olympiad of 1972?" });
    assert.equal(abstained, true);
    assert.match(answer, /could not find/i);
  });

  it("returns sources only, without a call of the chat model, in mode retrieve", async () => {
    await worker.runtime.control.reset();
    const { answer, sources } = await search({ query: "tomatoes", mode: "retrieve" });
    assert.equal(answer, "");
    assert.equal(sources[0]?.docId, "garden.md");
    const models = (await worker.runtime.control.modelCalls()).map((call) => call.model);
    assert.ok(
      models.every((model) => model.includes("bge")),
      models.join(),
    );
  });

  it("streams sources, messages, citations and done", async () => {
    const response = await worker.send("/search", acme({ body: { query: "When do I book flights?", stream: true } }));
    const names: string[] = [];
    for await (const { event } of decodeEvents(response.body as unknown as AsyncIterable<Uint8Array>))
      names.push(event ?? "");
    assert.equal(names[0], "sources");
    assert.ok(names.includes("message") && names.includes("citation"));
    assert.equal(names.at(-1), "done");
  });

  it("grounds a chat in the documents and cites them", async () => {
    const body = { message: "How high is the meal allowance in Norway?", rag: true, stream: false };
    const { json, status, text } = await worker.call("/chat", acme({ body }));
    assert.equal(status, 200, text);
    const { message, citations } = json.data as unknown as {
      message: { content: string };
      citations: { docId?: string; verdict: string }[];
    };
    assert.match(message.content, /85 euros/);
    assert.equal(citations[0]?.docId, "handbook/travel.md");
    assert.equal(citations[0].verdict, "supported");
  });

  it("shows a document under its id, slashes and all, and lists it", async () => {
    for (const path of ["/documents/handbook/travel.md", "/documents/handbook%2Ftravel.md"]) {
      const { json } = await worker.call(path, acme());
      const { chunks } = json.data as unknown as { chunks: { text: string; start: number; end: number }[] };
      assert.ok(chunks.length > 0);
      for (const chunk of chunks) assert.equal(HANDBOOK.slice(chunk.start, chunk.end), chunk.text);
    }
    const { json } = await worker.call("/documents", acme());
    const { documents } = json.data as unknown as { documents: { docId: string }[] };
    assert.deepEqual(documents.map(({ docId }) => docId).sort(), ["garden.md", "handbook/travel.md"]);
  });

  it("leaves nothing of a replaced or deleted document to be found", async () => {
    const document = { docId: "changing.md", text: "The launch code word is marzipan." };
    await worker.call("/ingest", acme({ body: document }));
    assert.equal((await search({ query: "launch code word", mode: "retrieve" })).sources[0]?.docId, "changing.md");
    await worker.call("/ingest", acme({ body: { ...document, text: "The launch was cancelled." } }));
    const after = await search({ query: "marzipan launch code word", mode: "retrieve" });
    assert.ok(!after.sources.some(({ text }) => text.includes("marzipan")));
    const deleted = await worker.call("/documents/changing.md", acme({ method: "DELETE" }));
    assert.equal((deleted.json.data as unknown as { deleted: boolean }).deleted, true);
    assert.equal((await worker.call("/documents/changing.md", acme())).status, 404);
    const gone = await search({ query: "launch cancelled", mode: "retrieve" });
    assert.ok(!gone.sources.some(({ docId }) => docId === "changing.md"));
  });

  it("speaks the older contract under /api, which leaves unknown fields aside", async () => {
    const documents = [
      { docId: "older.md", text: "The older lighthouse is red.", metadata: { lang: "en" }, tags: ["x"] },
    ];
    const stored = await worker.call("/api/ingest", acme({ body: { documents, source: "crm" } }));
    assert.deepEqual([stored.status, stored.json], [200, { ok: true, count: 1 }]);
    const ask = () =>
      worker.call("/api/search", acme({ body: { query: "older lighthouse", userId: "u1", stream: true } }));
    const { cached, matches } = (await ask()).json as unknown as {
      cached: boolean;
      matches: { id: string; score: number; metadata: Record<string, unknown> }[];
    };
    assert.equal(cached, false);
    assert.deepEqual(matches[0]?.metadata, { lang: "en", docId: "older.md", text: "The older lighthouse is red." });
    assert.ok(matches[0].score > 0 && matches[0].id !== "");
    await search({ query: "older lighthouse", mode: "retrieve" });
    const again = (await ask()).json as unknown as { cached: boolean };
    assert.equal(again.cached, true);
  });

  const refused: readonly (readonly [what: string, path: string, body: unknown, field: RegExp])[] = [
    ["a topK over 100", "/search", { query: "x", topK: 1_000 }, /topK/],
    ["an empty query", "/search", { query: " " }, /query/],
    ["an unknown filter field", "/search", { query: "x", filter: { tenantId: "globex" } }, /tenantId/],
    ["no documents under /api/ingest", "/api/ingest", { docId: "a", text: "x" }, /documents/],
    ["a document of another shape under /api/ingest", "/api/ingest", { documents: ["a"] }, /documents\.0/],
    ["a query of another type under /api/search", "/api/search", { query: 7 }, /query/],
    ["a docId with a space", "/ingest", { docId: "a b", text: "x" }, /docId/],
    [
      "a bad document of several",
      "/ingest",
      { documents: [{ docId: "a", text: "x" }, { docId: "b" }] },
      /documents\.1\.text/,
    ],
  ];
  for (const [what, path, body, field] of refused) {
    it(`refuses ${what} and names the field`, async () => {
      const { status, json } = await worker.call(path, acme({ body }));
      assert.equal(status, 400);
      assert.equal(json.error?.code, "invalid_request");
      assert.match(JSON.stringify(json.error), field);
    });
  }
});
