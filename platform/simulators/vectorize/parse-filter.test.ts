import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { IndexedValue } from "./indexed-value.js";
import { VectorizeRefusal } from "./limits.js";
import { matchesFilter, parseFilter } from "./parse-filter.js";

const indexes = [
  { propertyName: "kind", type: "string" },
  { propertyName: "year", type: "number" },
  { propertyName: "doc.live", type: "boolean" },
] as const;

describe("parseFilter", () => {
  it("compares by every documented operator", () => {
    const values = { kind: "faq", year: 2026, "doc.live": true };
    for (const filter of [
      { kind: "faq" },
      { kind: { $eq: "faq" } },
      { kind: { $ne: "blog" } },
      { kind: { $in: ["faq", "blog"] } },
      { kind: { $nin: ["blog"] } },
      { kind: { $gte: "fa", $lt: "fb" } },
      { year: { $gt: 2025, $lte: 2026 } },
      { "doc.live": true, year: 2026 },
    ]) {
      assert.ok(matches(filter, values), JSON.stringify(filter));
    }
    for (const filter of [
      { kind: "blog" },
      { kind: { $ne: "faq" } },
      { year: { $lt: 2026 } },
      { kind: "faq", year: 1 },
      { year: { $gt: "2" } },
    ]) {
      assert.ok(!matches(filter, values), JSON.stringify(filter));
    }
  });

  it("finds nothing by a property without a metadata index", () => {
    assert.ok(!matches({ author: { $ne: "x" } }, { kind: "faq" }));
  });

  it("takes a missing value for null", () => {
    assert.ok(matches({ year: null }, { kind: "faq" }) && matches({ year: { $ne: 1 } }, { kind: "faq" }));
  });

  it("refuses what the documentation does not allow", () => {
    for (const filter of [
      {},
      [],
      null,
      { "": 1 },
      { $and: 1 },
      { 'a"b': 1 },
      { "a..b": 1 },
      { kind: {} },
      { kind: { $like: "x" } },
      { kind: { $eq: "a", $ne: "b" } },
      { kind: { $gt: 1, $gte: 2 } },
      { kind: { $in: "faq" } },
      { year: { $gt: true } },
      { kind: ["faq"] },
    ]) {
      assert.throws(() => parseFilter(filter, indexes), VectorizeRefusal, JSON.stringify(filter));
    }
  });

  it("takes a filter of 2,047 bytes and refuses one of 2,048", () => {
    const ofBytes = (bytes: number) => ({ kind: "x".repeat(bytes - '{"kind":""}'.length) });
    assert.equal(parseFilter(ofBytes(2_047), indexes).length, 1);
    assert.throws(() => parseFilter(ofBytes(2_048), indexes), /less than 2048 bytes, got 2048/);
  });
});

function matches(filter: unknown, values: Readonly<Record<string, IndexedValue>>): boolean {
  return matchesFilter(parseFilter(filter, indexes), new Map(Object.entries(values)));
}
