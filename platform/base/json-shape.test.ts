import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { findHostileShape, MAX_JSON_DEPTH } from "#base/json-shape";

const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));

describe("findHostileShape", () => {
  it("finds the key __proto__ wherever it stands, and no other", () => {
    assert.match(findHostileShape(JSON.parse('{"a":[{"__proto__":{"admin":true}}]}')) ?? "", /__proto__/);
    assert.equal(findHostileShape(JSON.parse('{"proto":1,"constructor":{"prototype":2}}')), undefined);
  });

  it("takes the allowed depth and not a level more, and survives any", () => {
    assert.equal(findHostileShape(nested(MAX_JSON_DEPTH)), undefined);
    assert.match(findHostileShape(nested(MAX_JSON_DEPTH + 1)) ?? "", /deeper than 64/);
    assert.match(findHostileShape(nested(100_000)) ?? "", /deeper/);
  });

  it("takes what is no object", () => {
    for (const value of [null, undefined, 1, "x", true]) assert.equal(findHostileShape(value), undefined);
  });
});
