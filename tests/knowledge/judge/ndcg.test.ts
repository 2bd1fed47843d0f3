import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ndcg, recall } from "#tests/knowledge/judge/ndcg";

const relevant = new Set(["a", "b", "c"]);

describe("ndcg", () => {
  it("is 1 for the best order and 0 when nothing relevant is found", () => {
    assert.equal(ndcg(["c", "a", "b", "x"], relevant, 10), 1);
    assert.equal(ndcg(["x", "y"], relevant, 10), 0);
    assert.equal(ndcg(["a", "b"], relevant, 2), 1);
  });

  it("discounts by the logarithm of the place", () => {
    const ideal = 1 + 1 / Math.log2(3) + 1 / 2;
    assert.ok(
      Math.abs(ndcg(["x", "a", "y", "b"], relevant, 10) - (1 / Math.log2(3) + 1 / Math.log2(5)) / ideal) < 1e-12,
    );
  });
});

describe("recall", () => {
  it("is the part of the relevant documents that was found", () => {
    assert.equal(recall(["a", "x", "b", "c"], relevant, 3), 2 / 3);
  });
});
