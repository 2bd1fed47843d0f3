import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseReranking, rerankInputs } from "#ai-gateway/parse-reranking";

const request = { model: "@cf/baai/bge-reranker-base", query: "refund", texts: ["a", "b", "c"] };
const scored = (...pairs: [id: unknown, score: unknown][]): string =>
  JSON.stringify({ response: pairs.map(([id, score]) => ({ id, score })) });

describe("parseReranking", () => {
  it("puts the scores, which come best first, into the order of the texts", () => {
    assert.deepEqual(parseReranking(scored([2, 0.9], [0, 0.5], [1, 0.1]), request).scores, [0.5, 0.1, 0.9]);
  });

  it("maps logits to 0..1 and keeps their order", () => {
    const { scores } = parseReranking(scored([0, -8], [1, 6], [2, 0]), request);
    assert.ok(scores.every((score) => score > 0 && score < 1));
    assert.ok((scores[1] ?? 0) > (scores[2] ?? 0) && (scores[2] ?? 0) > (scores[0] ?? 0));
  });

  it("takes the provider's usage, and estimates where it tells none: the query counts once per text", () => {
    const told = { response: [0, 1, 2].map((id) => ({ id, score: 0.1 })), usage: { prompt_tokens: 77 } };
    assert.deepEqual(parseReranking(JSON.stringify(told), request).usage, {
      tokensIn: 77,
      tokensOut: 0,
      isEstimate: false,
    });
    const { usage } = parseReranking(scored([0, 0.1], [1, 0.1], [2, 0.1]), request);
    assert.deepEqual(usage, { tokensIn: 3 * (2 + 1), tokensOut: 0, isEstimate: true });
  });

  for (const [what, json] of [
    ["no JSON", "<html>"],
    ["a missing text", scored([0, 0.5], [1, 0.1])],
    ["a text that was not asked", scored([0, 0.5], [1, 0.1], [3, 0.1])],
    ["a score that is none", scored([0, 0.5], [1, 0.1], [2, null])],
    ["one text twice", scored([0, 0.5], [1, 0.1], [1, 0.2])],
    ["an id that is no number", scored([0, 0.5], [1, 0.1], ["2", 0.2])],
    ["another shape", "[1,2,3]"],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(() => parseReranking(json, request), { kind: "unavailable" }));
  }
});

describe("rerankInputs", () => {
  it("sends no more of a text than the model looks at, and no half of a surrogate pair", () => {
    const { contexts, top_k } = rerankInputs({ ...request, texts: [`x${"😀".repeat(4_000)}`, "b"] });
    const [first] = contexts as { text: string }[];
    assert.ok(first !== undefined && first.text.length <= 2_048 && first.text.isWellFormed());
    assert.equal(top_k, 2);
  });
});
