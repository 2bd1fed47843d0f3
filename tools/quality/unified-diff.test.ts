import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unifiedDiff } from "#tools/quality/unified-diff";

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
const text = (lines: string[]): string => lines.map((line) => `${line}\n`).join("");

describe("the diff of two texts", () => {
  it("is empty when they are equal", () => {
    assert.equal(unifiedDiff("a\n", "a\n"), "");
  });

  it("shows a changed line with three lines around it", () => {
    const after = numbers(1, 20).map((line) => (line === "10" ? "ten" : line));
    assert.equal(
      unifiedDiff(text(numbers(1, 20)), text(after)),
      ["@@ -7,7 +7,7 @@", " 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13"].join("\n"),
    );
  });

  it("shows distant changes in hunks of their own", () => {
    const after = ["0", ...numbers(1, 19)];
    assert.equal(
      unifiedDiff(text(numbers(1, 20)), text(after)),
      ["@@ -1,3 +1,4 @@", "+0", " 1", " 2", " 3", "@@ -17,4 +18,3 @@", " 17", " 18", " 19", "-20"].join("\n"),
    );
  });

  it("tells a missing newline at the end", () => {
    assert.equal(unifiedDiff("a\n", "a"), "@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file");
  });
});
