import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { fusePassages } from "#rag/fuse-passages";
import { getDocument, listDocuments } from "#rag/list-documents";
import type { RagServices } from "#rag/rag-services";
import type { DocumentRecord, IndexedChunk } from "#storage/document-record";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

const acme = tenantIdSchema.parse("acme");
const LEGAL = "team:legal";
const readers = { stranger: new Set(["team:hr"]), lawyer: new Set([LEGAL]) };

function chunkOf(chunkId: string, acl: readonly string[]): IndexedChunk {
  const place = { index: 0, context: "", embeddingHash: "", start: 0, end: 4, startByte: 0, endByte: 4 };
  return { chunkId, docId: chunkId, version: 1, text: chunkId, metadata: {}, acl, ...place };
}

function recordOf(docId: string, acl: readonly string[]): DocumentRecord {
  const times = { createdAtMs: 0, updatedAtMs: 0 };
  return { docId, version: 1, contentHash: "", fingerprint: "", metadata: {}, acl, chunks: 0, bytes: 0, ...times };
}

/** The queries leave such documents out already. These walls stand for the day when one does not. */
describe("a store that gives more than it was asked for", () => {
  const open = chunkOf("open", []);
  const closed = chunkOf("closed", ["board", LEGAL]);
  const found = {
    lexical: [
      { chunk: closed, score: 9 },
      { chunk: open, score: 1 },
    ],
    vector: [
      { vectorId: "closed", score: 0.9 },
      { vectorId: "open", score: 0.1 },
    ],
    chunks: new Map([open, closed].map((chunk) => [chunk.chunkId, chunk])),
  };
  const retrieval = { lexical: true, vector: true, fusion: "convex", vectorWeight: 1 } as const;
  const fuse = (acl: ReadonlySet<string>) =>
    fusePassages(found, { filter: {}, acl, settings: { retrieval, metric: "cosine" } });

  it("adds no passage to a search that is not meant for the reader, nor lets it weigh on the others", () => {
    const [first, ...others] = fuse(readers.stranger);
    assert.deepEqual([first?.chunk.docId, others], ["open", []]);
    assert.equal(first?.score, 1, "the best of what may be seen is the measure");
    assert.deepEqual([first.scores.lexicalRank, first.scores.vectorRank], [1, 1]);
    assert.deepEqual(
      fuse(readers.lawyer).map(({ chunk }) => chunk.docId),
      ["closed", "open"],
    );
  });

  const records = [recordOf("closed", [LEGAL]), recordOf("open", [])];
  const documents = {
    listDocuments: () => Promise.resolve({ documents: records }),
    findDocument: () => Promise.resolve(records[0]),
    listChunks: () => Promise.resolve([]),
  } as unknown as RagServices["documents"];

  it("adds nothing to the list of documents", async () => {
    for (const [acl, seen] of [
      [readers.stranger, ["open"]],
      [readers.lawyer, ["closed", "open"]],
    ] as const) {
      const page = await listDocuments(acme, { documents }, { limit: 10 }, acl);
      assert.deepEqual(
        page.documents.map(({ docId }) => docId),
        seen,
      );
    }
  });

  it("shows no document by its id", async () => {
    await assert.rejects(getDocument(acme, { documents }, "closed", readers.stranger), { code: "not_found" });
    assert.equal((await getDocument(acme, { documents }, "closed", readers.lawyer)).docId, "closed");
  });
});
