import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { ingestDocuments } from "#rag/ingest-documents";
import type { RagServices, RagSettings } from "#rag/rag-services";
import { retrievePassages, type Retrieval } from "#rag/retrieve-passages";
import { acme, startRag, testCall, testSettings, type TestRag } from "#rag/testing/start-rag";

const QUERY = "how long does the warranty of the lamp last";
const DOCUMENTS = [
  { docId: "warranty", text: "The warranty of the lamp lasts 24 months." },
  { docId: "copy", text: "the warranty of  the LAMP lasts 24 months." },
  { docId: "lamps", text: "Lamp, lamp, lamp: the lamp lamp of lamps, a lamp for the warranty lovers." },
  { docId: "bulbs", text: "How long a bulb lasts depends on the lamp." },
  { docId: "garden", text: "Tomatoes need sun." },
];

describe("retrievePassages", () => {
  let rag: TestRag;
  before(async () => {
    rag = await startRag();
    await ingestDocuments(acme, rag.services, { ...testCall, documents: DOCUMENTS });
  });
  beforeEach(() => rag.storage.runtime.control.reset());
  after(() => rag.dispose());

  interface Wish {
    readonly rerank?: boolean;
    readonly topK?: number;
    readonly settings?: Partial<RagSettings>;
    readonly services?: RagServices;
  }
  const retrieve = ({ rerank, topK = 5, settings = {}, services = rag.services }: Wish = {}): Promise<Retrieval> =>
    retrievePassages(acme, services, {
      ...testCall,
      settings: { ...testSettings, ...settings },
      query: QUERY,
      topK,
      filter: {},
      rerank,
    });
  const ids = ({ passages }: Retrieval): string[] => passages.map(({ chunk }) => chunk.docId);
  const rerankCalls = async (): Promise<number> =>
    (await rag.storage.runtime.control.modelCalls()).filter(({ model }) => model.includes("reranker")).length;
  const errors = ({ stages }: Retrieval): Record<string, string> =>
    Object.fromEntries(stages.flatMap(({ name, error }) => (error === undefined ? [] : [[name, error]])));

  it("leaves out a passage that says the same in other letters", async () => {
    const found = ids(await retrieve());
    assert.equal(found.filter((id) => id === "warranty" || id === "copy").length, 1);
  });

  it("takes the reranker's order, scores and all", async () => {
    const { passages, stages } = await retrieve({ rerank: true });
    assert.deepEqual(
      passages.map(({ scores }) => scores.rerankRank),
      passages.map((_, index) => index + 1),
    );
    const scores = passages.map(({ score }) => score);
    assert.deepEqual(
      scores,
      [...scores].sort((a, b) => b - a),
    );
    assert.ok(passages.every(({ score, scores: { rerank } }) => score === rerank));
    assert.equal(stages.at(-1)?.name, "rerank");
    assert.equal(await rerankCalls(), 1);
  });

  it("asks the reranker when config and request agree", async () => {
    for (const [when, asked, isAsked] of [
      ["on-request", undefined, false],
      ["on-request", true, true],
      ["always", undefined, true],
      ["always", false, false],
      ["off", true, false],
    ] as const) {
      await rag.storage.runtime.control.reset();
      const settings = { rerank: { ...testSettings.rerank, when } };
      await retrieve({ settings, ...(asked === undefined ? {} : { rerank: asked }) });
      assert.equal(await rerankCalls(), isAsked ? 1 : 0, `${when}, ${asked}`);
    }
  });

  it("reranks the best candidates and leaves the others behind them", async () => {
    const settings = { rerank: { ...testSettings.rerank, candidates: 2 } };
    const fused = ids(await retrieve());
    const { passages } = await retrieve({ rerank: true, settings });
    assert.deepEqual(new Set(passages.slice(0, 2).map(({ chunk }) => chunk.docId)), new Set(fused.slice(0, 2)));
    assert.deepEqual(
      passages.slice(2).map(({ chunk }) => chunk.docId),
      fused.slice(2),
    );
    assert.ok(passages.every(({ score }, index) => score <= (passages[index - 1]?.score ?? 1)));
  });

  for (const [what, behaviour, code] of [
    ["fails", { kind: "error", status: 503 }, "model_unavailable"],
    ["gives garbage", { kind: "garbage" }, "model_unavailable"],
    ["does not answer", { kind: "hang" }, "model_unavailable"],
  ] as const) {
    it(`keeps the fused order when the reranker ${what}, and says so`, async () => {
      const fused = await retrieve();
      await rag.storage.runtime.control.plan(behaviour, { model: testSettings.rerank.model });
      const startMs = performance.now();
      const found = await retrieve({ rerank: true });
      assert.deepEqual(ids(found), ids(fused));
      assert.deepEqual(errors(found), { rerank: code });
      assert.ok(performance.now() - startMs < 4_000, "it waited too long");
    });
  }

  it("searches by words alone, or by meaning alone, where the tenant has turned the other side off", async () => {
    const retrieval = { ...testSettings.retrieval, vector: false };
    const byWords = await retrieve({ settings: { retrieval } });
    assert.ok(byWords.passages.every(({ scores }) => scores.vectorRank === undefined));
    assert.equal((await rag.storage.runtime.control.modelCalls()).length, 0);
    const byMeaning = await retrieve({ settings: { retrieval: { ...retrieval, vector: true, lexical: false } } });
    assert.ok(byMeaning.passages.length > 0);
    assert.ok(byMeaning.passages.every(({ scores }) => scores.lexicalRank === undefined));
  });

  it("fails with the only side there is", async () => {
    const searchText = (): Promise<never> => Promise.reject(new Error("down"));
    const services = { ...rag.services, documents: { ...rag.services.documents, searchText } };
    const settings = { retrieval: { ...testSettings.retrieval, vector: false } };
    await assert.rejects(retrieve({ services, settings }), { code: "internal" });
    await rag.storage.runtime.control.failModel(503);
    const byMeaning = { retrieval: { ...testSettings.retrieval, lexical: false } };
    await assert.rejects(retrieve({ settings: byMeaning }), { code: "model_unavailable" });
  });

  it("joins by score or by rank, as the tenant has it", async () => {
    const scoresOf = async (fusion: "rrf" | "convex"): Promise<number[]> => {
      const settings = { retrieval: { ...testSettings.retrieval, fusion } };
      return (await retrieve({ settings })).passages.map(({ scores }) => scores.fused);
    };
    assert.notDeepEqual(await scoresOf("rrf"), await scoresOf("convex"));
  });
});
