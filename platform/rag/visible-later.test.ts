import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "node:test";

import { ingestDocuments } from "#rag/ingest-documents";
import { retrievePassages, type Retrieval } from "#rag/retrieve-passages";
import { acme, startRag, testCall, type TestRag } from "#rag/testing/start-rag";
import { makeVectorId } from "#storage/vector-id";

const VISIBILITY_DELAY_MS = 1_000;
/** A busy machine may take long; nothing here depends on how long. */
const PATIENCE_MS = 30_000;

describe("search while Vectorize is behind", () => {
  let rag: TestRag;
  before(async () => {
    rag = await startRag({ vectorVisibilityDelayMs: VISIBILITY_DELAY_MS });
  });
  after(() => rag.dispose());

  const retrieve = (query: string): Promise<Retrieval> =>
    retrievePassages(acme, rag.services, { ...testCall, query, topK: 10, filter: {} });
  const until = async (isDone: () => Promise<boolean>): Promise<void> => {
    const deadlineMs = Date.now() + PATIENCE_MS;
    while (!(await isDone())) {
      assert.ok(Date.now() < deadlineMs, "it never became visible");
      await sleep(200);
    }
  };

  it("finds a new document by its words at once, and by its vector later", async () => {
    const documents = [{ docId: "d", text: "The lighthouse keeper counts ships." }];
    await ingestDocuments(acme, rag.services, { ...testCall, documents });
    assert.equal((await retrieve("lighthouse keeper")).passages[0]?.scores.lexicalRank, 1);
    await until(async () => (await retrieve("lighthouse keeper")).passages[0]?.scores.vectorRank === 1);
  });

  it("shows nothing for a vector whose chunk is not stored any more", async () => {
    const request = { model: testCall.settings.embeddingModel, texts: ["A harbour without any boats."] };
    const { vectors } = await rag.services.models.embed(acme, request, testCall.context);
    const vectorId = await makeVectorId(acme, { docId: "gone", version: 1, index: 0, embeddingHash: "hash" });
    await rag.services.vectors.upsert(acme, [{ vectorId, docId: "gone", values: vectors[0] ?? [] }]);
    const found = async (): Promise<Retrieval> => retrieve("harbour without boats");
    await until(async () => (await found()).stages.some(({ name, count }) => name === "vector" && count === 2));
    assert.ok((await found()).passages.every(({ chunk }) => chunk.docId !== "gone"));
  });
});
