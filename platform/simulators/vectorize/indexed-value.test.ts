import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { byteLength } from "./limits.js";
import { indexedValues, nestIndexed, truncateIndexed } from "./indexed-value.js";

describe("truncateIndexed", () => {
  it("keeps 64 bytes and cuts at a character", () => {
    assert.equal(truncateIndexed("a".repeat(70)).length, 64);
    const cut = truncateIndexed("€".repeat(30));
    assert.equal(byteLength(cut), 63);
    assert.ok(cut.isWellFormed() && !cut.includes("\ufffd"));
    assert.equal(truncateIndexed("é".repeat(32)), "é".repeat(32));
  });
});

describe("indexedValues", () => {
  const indexes = [
    { propertyName: "doc.kind", type: "string" },
    { propertyName: "year", type: "number" },
  ] as const;

  it("follows dots into nested metadata and keeps values of the declared type", () => {
    const values = indexedValues({ doc: { kind: "faq" }, year: 2026, other: "x" }, indexes);
    assert.deepEqual(nestIndexed(values), { doc: { kind: "faq" }, year: 2026 });
    assert.equal(indexedValues({ year: "2026" }, indexes).size, 0);
    assert.equal(indexedValues({ doc: "faq" }, indexes).size, 0);
  });
});
