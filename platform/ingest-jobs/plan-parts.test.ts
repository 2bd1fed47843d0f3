import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { planParts } from "#ingest-jobs/plan-parts";

const LARGE = 256 * 1024;

describe("planParts", () => {
  it("puts small documents together and gives a large one a part of its own", () => {
    const bytes = [10, 20, LARGE, 30, 5 * LARGE, 40];
    assert.deepEqual(planParts(bytes.map((size) => ({ bytes: size }))), [0, 0, 1, 2, 3, 4]);
  });

  it("keeps the order, starts at 0, leaves no number out, and keeps every part small", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: LARGE }), { maxLength: 100 }), (bytes) => {
        const parts = planParts(bytes.map((size) => ({ bytes: size })));
        const sizes = new Map<number, number[]>();
        parts.forEach((part, index) => sizes.set(part, [...(sizes.get(part) ?? []), bytes[index] ?? 0]));
        assert.deepEqual(
          [...sizes.keys()],
          Array.from(sizes, (_, index) => index),
        );
        for (const members of sizes.values()) {
          assert.ok(members.length <= 25);
          assert.ok(members.length === 1 || members.reduce((sum, size) => sum + size, 0) <= LARGE);
        }
        assert.deepEqual(
          parts,
          parts.toSorted((a, b) => a - b),
        );
      }),
    );
  });
});
