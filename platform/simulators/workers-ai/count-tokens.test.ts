import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { countTokens, splitTokens } from "./count-tokens.js";

describe("splitTokens", () => {
  it("gives the text back when its pieces are joined", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => splitTokens(text).join("") === text));
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => splitTokens(text).join("") === text));
  });

  it("keeps surrogate pairs whole", () => {
    assert.ok(splitTokens("𝐫".repeat(40)).every((piece) => piece.isWellFormed()));
  });
});

describe("countTokens", () => {
  it("is near four characters a token for English prose", () => {
    const prose =
      "Our headquarters are in Lisbon; the support team works from Tallinn and answers between eight and six. ".repeat(
        20,
      );
    const ratio = prose.length / countTokens(prose);
    assert.ok(ratio > 3.3 && ratio < 5, String(ratio));
  });

  it("counts each character of scripts without spaces", () => {
    assert.equal(countTokens("你好世界"), 4);
  });
});
