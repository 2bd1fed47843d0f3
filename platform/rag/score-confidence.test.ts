import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { isUnsupported, scoreConfidence } from "#rag/score-confidence";

const claim = (isSupported: boolean, cited = [1]) => ({ text: "x", cited, isSupported });
const evidence = { citations: [], questionCoverage: 1, doSidesAgree: true, notes: [] };

describe("scoreConfidence", () => {
  it("is full when everything is supported, and low when nothing is, however well the passages fit", () => {
    assert.deepEqual(scoreConfidence({ ...evidence, claims: [claim(true)] }).level, "high");
    assert.equal(scoreConfidence({ ...evidence, claims: [claim(true)] }).value, 1);
    assert.deepEqual(scoreConfidence({ ...evidence, claims: [claim(false)] }).level, "low");
  });

  it("falls with each unsupported sentence and says why", () => {
    const half = scoreConfidence({ ...evidence, claims: [claim(true), claim(false, [])] });
    assert.equal(half.value, 0.7);
    assert.deepEqual(half.notes, ["1 of 2 sentences are supported by a source.", "1 of 2 sentences cite no source."]);
  });

  it("counts citations that do not hold", () => {
    const citations = [
      { n: 1, spans: [], verdict: "unsupported" as const },
      { n: 9, spans: [], verdict: "unknown_source" as const },
    ];
    assert.equal(scoreConfidence({ ...evidence, citations, claims: [claim(true)] }).notes.length, 3);
  });
});

describe("isUnsupported", () => {
  it("is true when no sentence is supported, or none states anything", () => {
    assert.equal(isUnsupported([]), true);
    assert.equal(isUnsupported([claim(false)]), true);
    assert.equal(isUnsupported([claim(false), claim(true)]), false);
  });
});
