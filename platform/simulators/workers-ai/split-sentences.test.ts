import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { isQuestion, splitSentences } from "./split-sentences.js";

describe("splitSentences", () => {
  it("does not stop at abbreviations, initials and decimals", () => {
    const sentences = splitSentences("Dr. Ada M. Lovelace paid 3.50 euros, e.g. in coins. Then she left!");
    assert.deepEqual(sentences, ["Dr. Ada M. Lovelace paid 3.50 euros, e.g. in coins.", "Then she left!"]);
  });

  it("joins wrapped lines, parts list items and drops headings", () => {
    const sentences = splitSentences("# Title\nOne line\nand its end.\n\n- first item\n- second item\n");
    assert.deepEqual(sentences, ["One line and its end.", "first item", "second item"]);
  });

  it("leaves comments away", () => {
    assert.deepEqual(splitSentences("<!-- One.\nTwo. -->\n\nThree. <!-- four -->"), ["Three."]);
  });

  it("leaves code away, and reads a table row by row", () => {
    const text =
      "Run it:\n\n```sh\nrun --all. Really.\n```\n\n| word | meaning |\n| --- | :-: |\n| chunk | A piece. |\n\nDone.";
    assert.deepEqual(splitSentences(text), ["Run it:", "chunk: A piece.", "Done."]);
  });

  it("leaves code away whose beginning is in the passage before, and whose end is in the one after", () => {
    assert.deepEqual(splitSentences("  messages=[...]\n)\n```\n\nThat is all.\n\n```sh\nrun\n```\n"), ["That is all."]);
    assert.deepEqual(splitSentences("Run it.\n\n```sh\nrun --all\n"), ["Run it."]);
  });

  it("ends Chinese and Japanese sentences at their own full stop", () => {
    assert.deepEqual(splitSentences("你好。再见。"), ["你好。", "再见。"]);
  });

  it("cuts text without full stops at a word", () => {
    const pieces = splitSentences("lorem ".repeat(300));
    assert.ok(pieces.length > 1 && pieces.every((piece) => piece.length <= 600 && !piece.startsWith(" ")));
  });
});

describe("isQuestion", () => {
  it("knows a question by its mark or by its first word", () => {
    assert.ok(isQuestion("You came?") && isQuestion("what is my name"));
    assert.ok(!isQuestion("What a day.") && !isQuestion("The name is Ada"));
  });
});
