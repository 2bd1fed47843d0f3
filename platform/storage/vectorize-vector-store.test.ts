import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { acme } from "#storage/testing/document-store.contract";
import { startStorage, TEST_DIMENSIONS, type TestStorage } from "#storage/testing/start-storage";
import { describeVectorStore, makeValues } from "#storage/testing/vector-store.contract";
import { makeVectorId } from "#storage/vector-id";
import { createVectorizeVectorStore } from "#storage/vectorize-vector-store";

let storage: TestStorage;
const start = async (): Promise<void> => {
  storage = await startStorage();
};
before(start);
after(() => storage.dispose());

for (const mode of ["namespace", "index"] as const) {
  describeVectorStore(`Vectorize, mode ${mode}`, TEST_DIMENSIONS, async () => {
    await storage.dispose();
    await start();
    return createVectorizeVectorStore(storage.vectors, { mode, dimensions: TEST_DIMENSIONS });
  });
}

describe("Vectorize", () => {
  const values = makeValues(TEST_DIMENSIONS, 1, 0);
  const options = { mode: "index", dimensions: TEST_DIMENSIONS } as const;

  it("drops a match whose metadata names another tenant, whatever its id says", async () => {
    const id = await makeVectorId(acme, { docId: "forged", version: 1, index: 0, embeddingHash: "hash" });
    await storage.vectors.upsert([{ id, values, metadata: { tenantId: "globex" } }]);
    const matches = await createVectorizeVectorStore(storage.vectors, options).query(acme, values, 5);
    assert.ok(!matches.some(({ vectorId }) => vectorId === id));
  });

  it("makes ids that the service takes, and keeps only small metadata", async () => {
    const vectorId = await makeVectorId(acme, { docId: "d".repeat(200), version: 1, index: 0, embeddingHash: "hash" });
    assert.ok(Buffer.byteLength(vectorId) <= 64);
    await createVectorizeVectorStore(storage.vectors, options).upsert(acme, [
      { vectorId, docId: "d".repeat(200), values },
    ]);
    const [stored] = await storage.vectors.getByIds([vectorId]);
    assert.deepEqual(stored?.metadata, { tenantId: "acme", docId: "d".repeat(200), chunkId: vectorId });
  });
});
