import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { matchesFilter } from "#storage/document-filter";

const document = { docId: "a", source: "wiki", metadata: { year: 2024, tags: ["x", "y"], draft: true } };

describe("matchesFilter", () => {
  it("lets everything through without a condition", () => assert.equal(matchesFilter(document, {}), true));

  it("wants every condition, and any value of each", () => {
    assert.equal(matchesFilter(document, { docIds: ["a", "b"], sources: ["wiki"] }), true);
    assert.equal(matchesFilter(document, { docIds: ["a"], sources: ["mail"] }), false);
    assert.equal(matchesFilter(document, { metadata: new Map([["tags", ["y", "z"]]]) }), true);
  });

  it("compares types", () => {
    assert.equal(matchesFilter(document, { metadata: new Map([["year", ["2024"]]]) }), false);
    assert.equal(matchesFilter(document, { metadata: new Map([["draft", [1]]]) }), false);
  });

  it("knows no inherited property", () => {
    assert.equal(matchesFilter(document, { metadata: new Map([["constructor", ["x"]]]) }), false);
    assert.equal(matchesFilter({ docId: "a", metadata: {} }, { sources: ["undefined"] }), false);
  });
});
