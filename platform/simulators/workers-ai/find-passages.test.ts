import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { findPassages } from "./find-passages.js";

describe("findPassages", () => {
  it("takes blocks with their label, title and unescaped text", () => {
    const { passages, rest } = findPassages('Before <source id="3" title="A &amp; B">x &lt; y</source> after');
    assert.deepEqual(passages, [{ label: "3", about: "3 A & B", text: "x < y" }]);
    assert.match(rest, /Before\s+after/);
  });

  it("lets a labelled line go on until the next label or a question", () => {
    const { passages, rest } = findPassages("[1] one\nmore\n\nstill one\n[2] two\nQuestion: what?");
    assert.deepEqual(
      passages.map(({ label, text }) => [label, text]),
      [
        ["1", "one\nmore\n\nstill one"],
        ["2", "two"],
      ],
    );
    assert.equal(rest, "Question: what?");
  });

  it("leaves blocks without a label alone", () => {
    const { passages, rest } = findPassages("<context>plain</context>");
    assert.deepEqual(passages, []);
    assert.equal(rest, "<context>plain</context>");
  });
});
