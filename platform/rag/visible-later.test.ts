import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "node:test";

import { deleteDocument } from "#rag/delete-document";
import { ingestDocuments } from "#rag/ingest-documents";
import { retrievePassages, type Retrieval } from "#rag/retrieve-passages";
import { acme, startRag, testCall, type TestRag } from "#rag/testing/start-rag";

/** Vectorize shows a write seconds later; here it is long enough to look before it does. */
const VISIBILITY_DELAY_MS = 1_500;

describe("search while Vectorize is behind", () => {
  let rag: TestRag;
  before(async () => {
    rag = await startRag({ vectorVisibilityDelayMs: VISIBILITY_DELAY_MS });
  });
  after(() => rag.dispose());

  const retrieve = (query: string): Promise<Retrieval> =>
    retrievePassages(acme, rag.services, { ...testCall, query, topK: 10, filter: {} });
  const ingest = (text: string) =>
    ingestDocuments(acme, rag.services, { ...testCall, documents: [{ docId: "d", text }] });

  it("finds a new document by its words at once, and by its vector later", async () => {
    await ingest("The lighthouse keeper counts ships.");
    const soon = await retrieve("lighthouse keeper");
    assert.equal(soon.passages[0]?.scores.lexicalRank, 1);
    assert.equal(soon.passages[0].scores.vectorRank, undefined);
    await sleep(VISIBILITY_DELAY_MS + 200);
    assert.equal((await retrieve("lighthouse keeper")).passages[0]?.scores.vectorRank, 1);
  });

  it("shows nothing of an old version or a deleted document, though its vectors can still be seen", async () => {
    await ingest("A harbour without any boats.");
    assert.deepEqual(texts(await retrieve("lighthouse keeper counts ships")), []);
    await sleep(VISIBILITY_DELAY_MS + 200);
    await deleteDocument(acme, rag.services, "d");
    const { stages, passages } = await retrieve("harbour boats");
    assert.ok((stages.find(({ name }) => name === "vector")?.count ?? 0) > 0, "the vector is still there");
    assert.deepEqual(passages, []);
  });
});

function texts({ passages }: Retrieval): string[] {
  return passages.map(({ chunk }) => chunk.text);
}
