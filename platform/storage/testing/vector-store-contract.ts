import assert from "node:assert/strict";

import type { ContractCase } from "#storage/testing/contract-case";
import { acme, acmeLabs } from "#storage/testing/make-replacement";
import { makeVectorId } from "#storage/vector-id";
import type { StoredVector, VectorStore } from "#storage/vector-store";
import type { TenantId } from "#tenancy/tenant-id";

/** Dimensions of the index that the suite uses: small, so that vectors can be written by hand. */
export const TEST_DIMENSIONS = 32;

/** A unit vector that leans from the first axis towards another one. */
export function makeValues(axis: number, lean: number): number[] {
  const values = Array.from({ length: TEST_DIMENSIONS }, () => 0);
  values[0] = Math.cos(lean);
  values[axis] = Math.sin(lean);
  return values;
}

const nearest = makeValues(1, 0);

/** What every vector store has to keep. Each case is given an empty store whose writes are visible at once. */
export const vectorStoreContract: readonly ContractCase<VectorStore>[] = [
  {
    name: "gives the nearest first, as many as asked for, below and above the limit of results with metadata",
    run: async (store) => {
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
    },
  },

  {
    name: "never gives one tenant another's vectors",
    run: async (store) => {
      await store.upsert(acme, await vectors(acme, 30));
      await store.upsert(acmeLabs, await vectors(acmeLabs, 1));
      for (const limit of [5, 100]) {
        assert.deepEqual(
          (await store.query(acmeLabs, nearest, limit)).map(({ vectorId }) => vectorId),
          [(await vector(acmeLabs, 0)).vectorId],
        );
      }
    },
  },

  {
    name: "refuses to write or delete under another tenant's ids",
    run: async (store) => {
      const foreign = await vector(acme, 0);
      await store.upsert(acme, [foreign]);
      await assert.rejects(store.upsert(acmeLabs, [foreign]), { code: "internal" });
      await assert.rejects(store.deleteByIds(acmeLabs, [foreign.vectorId]), { code: "internal" });
      assert.equal((await store.query(acme, nearest, 5)).length, 1);
    },
  },

  {
    name: "refuses a vector of the wrong length",
    run: async (store) => {
      const wrong = { ...(await vector(acme, 0)), values: [1, 2, 3] };
      await assert.rejects(store.upsert(acme, [wrong]), { code: "internal" });
      await assert.rejects(store.query(acme, [1, 2, 3], 5), { code: "internal" });
    },
  },

  {
    name: "writes and deletes more than one call of the service takes",
    run: async (store) => {
      const many = await vectors(acme, 1_250);
      await store.upsert(acme, many);
      assert.equal((await store.query(acme, nearest, 100)).length, 100);
      await store.deleteByIds(
        acme,
        many.map(({ vectorId }) => vectorId),
      );
      assert.deepEqual(await store.query(acme, nearest, 100), []);
    },
  },
];

async function vector(tenantId: TenantId, index: number): Promise<StoredVector> {
  return {
    vectorId: await makeVectorId(tenantId, { docId: "guide", version: 1, index, embeddingHash: "hash" }),
    docId: "guide",
    values: makeValues(1 + (index % (TEST_DIMENSIONS - 1)), Math.min(1.5, index / 1_000)),
  };
}

function vectors(tenantId: TenantId, count: number): Promise<StoredVector[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => vector(tenantId, index)));
}
