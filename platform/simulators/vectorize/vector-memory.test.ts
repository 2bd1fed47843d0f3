import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { VectorMetric } from "#simulators/contract/binding-props";

import { VectorMemory } from "./vector-memory.js";

const vectors: Readonly<Record<string, readonly number[]>> = { x: [1, 0], y: [0, 2], xy: [3, 3] };

describe("VectorMemory", () => {
  it("ranks by the metric of the index", () => {
    assert.deepEqual(rank("cosine", [1, 0.1]), ["x", "xy", "y"]);
    assert.deepEqual(rank("euclidean", [0, 1.4]), ["y", "x", "xy"]);
    assert.deepEqual(rank("dot-product", [1, 0.1]), ["xy", "x", "y"]);
  });

  it("gives the negative product as the score of dot-product", () => {
    const [best] = memory("dot-product").search({ ...query([1, 0]), topK: 1 });
    assert.deepEqual([best?.entry.id, best?.score], ["xy", -3]);
  });

  it("keeps the others when one is replaced or deleted", () => {
    const all = memory("cosine");
    all.set({ id: "x", namespace: "", indexed: new Map() }, Float32Array.of(0, 1));
    all.delete("y");
    assert.deepEqual([all.size, all.has("y"), [...(all.valuesOf("x") ?? [])]], [2, false, [0, 1]]);
    assert.deepEqual([...(all.valuesOf("xy") ?? [])], [3, 3]);
  });

  it("searches in one namespace or in all", () => {
    const all = memory("cosine");
    all.set({ id: "other", namespace: "n", indexed: new Map() }, Float32Array.of(1, 0));
    assert.deepEqual(ids(all.search({ ...query([1, 0]), namespace: "n" })), ["other"]);
    assert.deepEqual(ids(all.search(query([1, 0]))), ["other", "x", "xy", "y"]);
  });

  it("finds the same as sorting everything, with thousands of vectors", () => {
    const all = new VectorMemory(4, "cosine");
    const score = (i: number) => Math.sin(i * 12.9898) * 0.5;
    for (let i = 0; i < 3_000; i += 1) {
      all.set(
        { id: String(i), namespace: "", indexed: new Map() },
        Float32Array.of(score(i), Math.sqrt(1 - score(i) ** 2), 0, 0),
      );
    }
    const expected = Array.from({ length: 3_000 }, (_, i) => i)
      .sort((a, b) => score(b) - score(a))
      .slice(0, 20)
      .map(String);
    assert.deepEqual(ids(all.search({ ...query([1, 0, 0, 0]), topK: 20 })), expected);
  });
});

function memory(metric: VectorMetric): VectorMemory {
  const all = new VectorMemory(2, metric);
  for (const [id, values] of Object.entries(vectors))
    all.set({ id, namespace: "", indexed: new Map() }, Float32Array.from(values));
  return all;
}

function query(vector: readonly number[]) {
  return { vector: Float32Array.from(vector), topK: 10, namespace: undefined, filter: [] };
}

function rank(metric: VectorMetric, vector: readonly number[]): string[] {
  return ids(memory(metric).search(query(vector)));
}

function ids(matches: readonly { readonly entry: { readonly id: string } }[]): string[] {
  return matches.map(({ entry }) => entry.id);
}
