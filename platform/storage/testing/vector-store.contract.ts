import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { acme, acmeLabs } from "#storage/testing/document-store.contract";
import { makeVectorId } from "#storage/vector-id";
import type { StoredVector, VectorStore } from "#storage/vector-store";
import type { TenantId } from "#tenancy/tenant-id";

/** A unit vector that leans from the first axis towards another one. */
export function makeValues(dimensions: number, axis: number, lean: number): number[] {
  const values = Array.from({ length: dimensions }, () => 0);
  values[0] = Math.cos(lean);
  values[axis] = Math.sin(lean);
  return values;
}

/** What every vector store has to keep. `makeStore` gives an empty one for each test; writes are visible at once. */
export function describeVectorStore(name: string, dimensions: number, makeStore: () => Promise<VectorStore>): void {
  const vector = async (tenantId: TenantId, index: number): Promise<StoredVector> => ({
    vectorId: await makeVectorId(tenantId, { docId: "guide", version: 1, index, embeddingHash: "hash" }),
    docId: "guide",
    values: makeValues(dimensions, 1 + (index % (dimensions - 1)), Math.min(1.5, index / 1_000)),
  });
  const vectors = (tenantId: TenantId, count: number): Promise<StoredVector[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => vector(tenantId, index)));
  const nearest = makeValues(dimensions, 1, 0);

  describe(`${name}`, () => {
    it("gives the nearest first, as many as asked for, below and above the limit of results with metadata", async () => {
      const store = await makeStore();
      await store.upsert(acme, await vectors(acme, 150));
      for (const limit of [1, 20, 21, 100]) {
        const matches = await store.query(acme, nearest, limit);
        assert.equal(matches.length, limit);
        assert.equal(matches[0]?.vectorId, (await vector(acme, 0)).vectorId);
        assert.deepEqual(
          [...matches].sort((a, b) => b.score - a.score),
          matches,
        );
      }
    });

    it("never gives one tenant another's vectors", async () => {
      const store = await makeStore();
      await store.upsert(acme, await vectors(acme, 30));
      await store.upsert(acmeLabs, await vectors(acmeLabs, 1));
      for (const limit of [5, 100]) {
        assert.deepEqual(
          (await store.query(acmeLabs, nearest, limit)).map(({ vectorId }) => vectorId),
          [(await vector(acmeLabs, 0)).vectorId],
        );
      }
    });

    it("refuses to write or delete under another tenant's ids", async () => {
      const store = await makeStore();
      const foreign = await vector(acme, 0);
      await store.upsert(acme, [foreign]);
      await assert.rejects(store.upsert(acmeLabs, [foreign]), { code: "internal" });
      await assert.rejects(store.deleteByIds(acmeLabs, [foreign.vectorId]), { code: "internal" });
      assert.equal((await store.query(acme, nearest, 5)).length, 1);
    });

    it("refuses a vector of the wrong length", async () => {
      const store = await makeStore();
      const wrong = { ...(await vector(acme, 0)), values: [1, 2, 3] };
      await assert.rejects(store.upsert(acme, [wrong]), { code: "internal" });
      await assert.rejects(store.query(acme, [1, 2, 3], 5), { code: "internal" });
    });

    it("writes and deletes more than one call of the service takes", async () => {
      const store = await makeStore();
      const many = await vectors(acme, 1_250);
      await store.upsert(acme, many);
      assert.equal((await store.query(acme, nearest, 100)).length, 100);
      await store.deleteByIds(
        acme,
        many.map(({ vectorId }) => vectorId),
      );
      assert.deepEqual(await store.query(acme, nearest, 100), []);
    });
  });
}
