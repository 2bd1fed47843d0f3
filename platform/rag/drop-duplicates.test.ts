import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { dropDuplicates } from "#rag/drop-duplicates";

const passage = (text: string, place: { docId?: string; version?: number; start?: number; end?: number } = {}) => ({
  chunk: { docId: "d", version: 1, start: 0, end: text.length, ...place, text },
});
const textsOf = (...passages: ReturnType<typeof passage>[]): string[] =>
  dropDuplicates(passages).map(({ chunk }) => chunk.text);

describe("dropDuplicates", () => {
  it("keeps the first of equal words, whatever their case, spacing and document", () => {
    const kept = textsOf(
      passage("Refunds take five days.", { docId: "a" }),
      passage("REFUNDS  take\nfive days. ", { docId: "b" }),
      passage("Refunds take six days.", { docId: "c" }),
    );
    assert.deepEqual(kept, ["Refunds take five days.", "Refunds take six days."]);
  });

  it("keeps one of two chunks that are mostly the same stretch of a document", () => {
    const kept = textsOf(
      passage("first", { start: 100, end: 500 }),
      passage("inside", { start: 150, end: 400 }),
      passage("overlapping as chunks do", { start: 440, end: 900 }),
      passage("the same place in another document", { docId: "other", start: 100, end: 500 }),
      passage("the same place in an older version", { version: 2, start: 100, end: 500 }),
    );
    assert.deepEqual(kept, [
      "first",
      "overlapping as chunks do",
      "the same place in another document",
      "the same place in an older version",
    ]);
  });
});
