import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parsePoint } from "./parse-point.js";

describe("parsePoint", () => {
  it("takes a point at every limit", () => {
    const point = {
      indexes: ["i".repeat(96)],
      blobs: Array.from({ length: 20 }, () => "b".repeat(819)),
      doubles: Array.from({ length: 20 }, () => 1),
    };
    assert.deepEqual(parsePoint(point), { ok: true, point });
  });

  it("refuses a point beyond a limit", () => {
    for (const point of [
      { indexes: ["a", "b"] },
      { indexes: ["i".repeat(97)] },
      { blobs: Array.from({ length: 21 }, () => "") },
      { blobs: ["b".repeat(16 * 1024 + 1)] },
      { doubles: Array.from({ length: 21 }, () => 1) },
    ]) {
      assert.equal(parsePoint(point).ok, false, JSON.stringify(point).slice(0, 80));
    }
  });
});
