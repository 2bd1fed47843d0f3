import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { judgeRelevance } from "#rag/judge-relevance";
import type { Passage } from "#rag/passage";

function passage(text: string, vector?: number): Passage {
  const chunk = {
    ...{ docId: "d", version: 1, metadata: {}, acl: [], chunkId: "c", index: 0, context: "", text },
    ...{ start: 0, end: text.length, startByte: 0, endByte: text.length, embeddingHash: "" },
  };
  return { chunk, score: 1, scores: { chunkId: "c", fused: 1, ...(vector === undefined ? {} : { vector }) } };
}

describe("judgeRelevance", () => {
  it("wants a common word or a near meaning", () => {
    assert.equal(judgeRelevance("refund time", [passage("Refunds take days.")], "cosine").isAnswerable, true);
    assert.equal(judgeRelevance("money back", [passage("Refunds take days.", 0.8)], "cosine").isAnswerable, true);
    assert.equal(judgeRelevance("quantum physics", [passage("Refunds take days.", 0.3)], "cosine").isAnswerable, false);
  });

  it("finds nothing answerable without passages", () => {
    assert.deepEqual(judgeRelevance("refund", [], "cosine"), { isAnswerable: false, coverage: 0 });
  });

  it("lets pass what it cannot judge", () => {
    assert.equal(judgeRelevance("what is it?", [passage("Refunds.")], "cosine").isAnswerable, true);
    assert.equal(judgeRelevance("money", [passage("Refunds.", 900)], "euclidean").isAnswerable, true);
  });
});
