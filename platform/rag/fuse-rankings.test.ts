import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { fuseRankings, type FusionMethod } from "#rag/fuse-rankings";

const methods: readonly FusionMethod[] = ["rrf", "convex"];
const ranking = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 6 }).chain((ids) =>
  fc
    .array(fc.double({ min: -5, max: 50, noNaN: true }), { minLength: ids.length, maxLength: ids.length })
    .map((scores) => {
      const sorted = [...scores].sort((x, y) => y - x);
      return ids.map((id, index) => ({ id, score: sorted[index] ?? 0 }));
    }),
);

describe("fuseRankings", () => {
  it("gives 1 to what is first everywhere", () => {
    const items = [
      { id: "a", score: 9 },
      { id: "b", score: 3 },
    ];
    for (const method of methods) {
      const [first] = fuseRankings(
        [
          { items, weight: 1 },
          { items, weight: 2 },
        ],
        method,
      );
      assert.deepEqual([first?.id, Math.round((first?.score ?? 0) * 1e9) / 1e9], ["a", 1]);
    }
  });

  it("puts what both sides found before what one found at the same place", () => {
    const left = [
      { id: "x", score: 3 },
      { id: "both", score: 2 },
    ];
    const right = [
      { id: "y", score: 3 },
      { id: "both", score: 2 },
    ];
    assert.equal(
      fuseRankings(
        [
          { items: left, weight: 1 },
          { items: right, weight: 1 },
        ],
        "rrf",
      )[0]?.id,
      "both",
    );
  });

  it("keeps the order of a single ranking, every id once, scores between 0 and 1", () => {
    fc.assert(
      fc.property(ranking, ranking, fc.constantFrom(...methods), (left, right, method) => {
        const fused = fuseRankings(
          [
            { items: left, weight: 1 },
            { items: right, weight: 0.5 },
          ],
          method,
        );
        assert.deepEqual(new Set(fused.map(({ id }) => id)), new Set([...left, ...right].map(({ id }) => id)));
        assert.equal(new Set(fused.map(({ id }) => id)).size, fused.length);
        for (const { score } of fused) assert.ok(score > 0 && score <= 1 + 1e-9);
        const alone = fuseRankings(
          [
            { items: left, weight: 3 },
            { items: [], weight: 1 },
          ],
          "rrf",
        );
        assert.deepEqual(
          alone.map(({ id }) => id),
          left.map(({ id }) => id),
        );
      }),
    );
  });

  it("gives the last item something, however little its score differs from the best", () => {
    const items = [
      { id: "a", score: 1 + Number.EPSILON },
      { id: "b", score: 1 },
    ];
    const [first, last] = fuseRankings([{ items, weight: 1 }], "convex");
    assert.deepEqual([first?.id, first?.score, last?.id], ["a", 1, "b"]);
    assert.ok((last?.score ?? 0) > 0.3);
  });

  it("takes what lies beyond a cut for as good as the last item, and what no word was found in for nothing", () => {
    const lexical = [
      { id: "right", score: 5 },
      { id: "wrong", score: 4 },
    ];
    const cosines = [
      { id: "wrong", score: 0.31 },
      { id: "far", score: 0.3 },
    ];
    const fuse = (isCut: boolean) =>
      fuseRankings(
        [
          { items: lexical, weight: 1, lowest: 0 },
          { items: cosines, weight: 1, lowest: -1, isCut },
        ],
        "convex",
      ).map(({ id }) => id);
    assert.deepEqual(fuse(true), ["right", "wrong", "far"]);
    assert.deepEqual(fuse(false), ["wrong", "right", "far"]);
  });

  it("lets a side that found nothing convincing decide little", () => {
    const lexical = [
      { id: "right", score: 2.9 },
      { id: "wrong", score: 2.1 },
    ];
    const cosines = [
      { id: "wrong", score: 0.06 },
      { id: "right", score: -0.03 },
    ];
    const [first] = fuseRankings(
      [
        { items: lexical, weight: 1, lowest: 0 },
        { items: cosines, weight: 1, lowest: -1 },
      ],
      "convex",
    );
    assert.equal(first?.id, "right");
  });
});
