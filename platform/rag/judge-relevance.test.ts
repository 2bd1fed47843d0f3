import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { judgeRelevance } from "#rag/judge-relevance";

const isAnswerable = (question: string, text: string, vector?: number): boolean =>
  judgeRelevance(question, [{ text, vector }], "cosine").isAnswerable;

describe("judgeRelevance", () => {
  it("wants a common word or a near meaning", () => {
    assert.equal(isAnswerable("refund time", "Refunds take days."), true);
    assert.equal(isAnswerable("money back", "Refunds take days.", 0.8), true);
    assert.equal(isAnswerable("quantum physics", "Refunds take days.", 0.3), false);
  });

  it("finds nothing answerable without passages", () => {
    assert.deepEqual(judgeRelevance("refund", [], "cosine"), { isAnswerable: false, coverage: 0 });
  });

  it("lets pass what it cannot judge", () => {
    assert.equal(isAnswerable("what is it?", "Refunds."), true);
    assert.equal(judgeRelevance("money", [{ text: "Refunds.", vector: 900 }], "euclidean").isAnswerable, true);
  });
});
