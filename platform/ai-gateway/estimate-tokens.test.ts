import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { estimateTokens } from "#ai-gateway/estimate-tokens";

describe("estimateTokens", () => {
  for (const [text, tokens] of [
    ["", 0],
    ["a b c d", 4],
    ["internationalization", 5],
    [" \n\t ", 1],
    ["日本語", 3],
    ["🌍", 2],
    ["a\u00a0b\u3000c", 3],
  ] as const) {
    it(`takes ${JSON.stringify(text)} for ${tokens}`, () => {
      assert.equal(estimateTokens(text), tokens);
    });
  }

  it("is what its rule says, for any text: halves of characters too", () => {
    const byRule = (text: string): number => {
      const words = text.match(/\S+/g)?.length ?? 0;
      const wide = text.match(/[^\0-\x7f]/gu)?.length ?? 0;
      return Math.max(words, Math.ceil((text.length - wide) / 4) + wide);
    };
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom("a", " ", "\ud83c", "\udf0d", "\u2003", "é") }),
    );
    fc.assert(fc.property(text, (any) => estimateTokens(any) === byRule(any)));
  });
});
