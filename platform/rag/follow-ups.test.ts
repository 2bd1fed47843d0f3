import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { MAX_FOLLOW_UPS, suggestFollowUps } from "#rag/follow-ups";

const passage = (chunkId: string, context: string, title = "Manual") => ({ chunkId, context, title });

describe("suggestFollowUps", () => {
  it("asks about headings that the answer did not use", () => {
    const passages = [passage("1", "Guide > Install"), passage("2", "Guide > Remove"), passage("3", "")];
    assert.deepEqual(suggestFollowUps("How do I start?", passages, new Set(["1"])), [
      'What do the documents say about "Remove"?',
      'What do the documents say about "Manual"?',
    ]);
  });

  it("does not repeat the question, a used topic or itself", () => {
    const passages = [
      passage("1", "Install"),
      passage("2", "Install"),
      passage("3", "Billing"),
      passage("4", "Billing"),
    ];
    assert.deepEqual(suggestFollowUps("What about billing?", passages, new Set(["1"])), []);
  });

  it("gives five at most", () => {
    const passages = Array.from({ length: 20 }, (_, index) => passage(String(index), `Topic ${index}`));
    assert.equal(suggestFollowUps("?", passages, new Set()).length, MAX_FOLLOW_UPS);
  });
});
