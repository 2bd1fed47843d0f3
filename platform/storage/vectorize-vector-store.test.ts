import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";

import { acme } from "#storage/testing/make-replacement";
import { startStorage, type TestStorage } from "#storage/testing/start-storage";
import { makeValues, TEST_DIMENSIONS, vectorStoreContract } from "#storage/testing/vector-store.contract";
import { makeVectorId } from "#storage/vector-id";
import { createVectorizeVectorStore } from "#storage/vectorize-vector-store";

describe("the vector store in Vectorize", () => {
  let storage: TestStorage;
  beforeEach(async () => {
    storage = await startStorage({ dimensions: TEST_DIMENSIONS });
  });
  afterEach(() => storage.dispose());

  for (const mode of ["namespace", "index"] as const) {
    for (const { name, run } of vectorStoreContract) {
      it(`mode ${mode}: ${name}`, () =>
        run(createVectorizeVectorStore(storage.vectors, { mode, dimensions: TEST_DIMENSIONS })));
    }
  }

  const values = makeValues(1, 0);
  const options = { mode: "index", dimensions: TEST_DIMENSIONS } as const;

  it("drops a match whose metadata names another tenant, whatever its id says", async () => {
    const id = await makeVectorId(acme, { docId: "forged", version: 1, index: 0, embeddingHash: "hash" });
    await storage.vectors.upsert([{ id, values, metadata: { tenantId: "globex" } }]);
    assert.deepEqual(await createVectorizeVectorStore(storage.vectors, options).query(acme, values, 5), []);
  });

  it("makes ids that the service takes, and keeps only small metadata", async () => {
    const docId = "d".repeat(200);
    const vectorId = await makeVectorId(acme, { docId, version: 1, index: 0, embeddingHash: "hash" });
    assert.ok(vectorId.length <= 64 && /^[0-9a-f-]+$/.test(vectorId));
    await createVectorizeVectorStore(storage.vectors, options).upsert(acme, [{ vectorId, docId, values }]);
    const [stored] = await storage.vectors.getByIds([vectorId]);
    assert.deepEqual(stored?.metadata, { tenantId: "acme", docId, chunkId: vectorId });
  });
});
