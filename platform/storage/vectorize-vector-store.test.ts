import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { acme, acmeLabs } from "#storage/testing/make-replacement";
import type { RemoteVectorize } from "#storage/testing/remote-vectorize";
import { startStorage, type TestStorage } from "#storage/testing/start-storage";
import { makeValues, TEST_DIMENSIONS, vectorStoreContract } from "#storage/testing/vector-store-contract";
import { makeVectorId } from "#storage/vector-id";
import { createVectorizeVectorStore } from "#storage/vectorize-vector-store";

/** Ids per call of `deleteByIds`. */
const MAX_IDS = 100;

describe("the vector store in Vectorize", () => {
  let storage: TestStorage;
  /** The binding, which remembers what was written so that it can be emptied. */
  let index: RemoteVectorize;
  const written = new Set<string>();
  before(async () => {
    storage = await startStorage({ dimensions: TEST_DIMENSIONS });
    const { upsert, ...others } = storage.vectors;
    index = {
      ...others,
      upsert: (vectors) => {
        for (const { id } of vectors) written.add(id);
        return upsert(vectors);
      },
    };
  });
  beforeEach(async () => {
    const ids = [...written];
    for (let at = 0; at < ids.length; at += MAX_IDS) await index.deleteByIds(ids.slice(at, at + MAX_IDS));
    written.clear();
  });
  after(() => storage.dispose());

  for (const mode of ["namespace", "index"] as const) {
    for (const { name, run } of vectorStoreContract) {
      it(`mode ${mode}: ${name}`, () => run(createVectorizeVectorStore(index, { mode, dimensions: TEST_DIMENSIONS })));
    }
  }

  const values = makeValues(1, 0);
  const options = { mode: "index", dimensions: TEST_DIMENSIONS } as const;

  it("drops a match whose metadata names another tenant, whatever its id says", async () => {
    const id = await makeVectorId(acme, { docId: "forged", version: 1, index: 0, embeddingHash: "hash" });
    await index.upsert([{ id, values, metadata: { tenantId: "globex" } }]);
    assert.deepEqual(await createVectorizeVectorStore(index, options).query(acme, values, 5), []);
  });

  it("mode namespace: asks its own namespace, so that a neighbour's vectors crowd nothing out", async () => {
    const store = createVectorizeVectorStore(index, { mode: "namespace", dimensions: TEST_DIMENSIONS });
    const idOf = (tenantId: typeof acme) =>
      makeVectorId(tenantId, { docId: "a", version: 1, index: 0, embeddingHash: "hash" });
    await store.upsert(acme, [{ vectorId: await idOf(acme), docId: "a", values }]);
    const own = await idOf(acmeLabs);
    await store.upsert(acmeLabs, [{ vectorId: own, docId: "a", values: makeValues(1, 0.5) }]);
    const found = await store.query(acmeLabs, values, 1);
    assert.deepEqual(
      found.map(({ vectorId }) => vectorId),
      [own],
    );
  });

  it("makes ids that the service takes, and keeps only small metadata", async () => {
    const docId = "d".repeat(200);
    const vectorId = await makeVectorId(acme, { docId, version: 1, index: 0, embeddingHash: "hash" });
    assert.ok(vectorId.length <= 64 && /^[0-9a-f-]+$/.test(vectorId));
    await createVectorizeVectorStore(index, options).upsert(acme, [{ vectorId, docId, values }]);
    const [stored] = await index.getByIds([vectorId]);
    assert.deepEqual(stored?.metadata, { tenantId: "acme", docId, chunkId: vectorId });
  });
});
