import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { median, quantile } from "#tests/load/measure/quantile";

describe("quantile", () => {
  it("is a measured value, whatever their order", () => {
    const values = [5, 1, 4, 2, 3];
    assert.equal(median(values), 3);
    assert.equal(quantile(values, 0), 1);
    assert.equal(quantile(values, 0.99), 5);
    assert.equal(quantile(values, 0.2), 1);
    assert.deepEqual(values, [5, 1, 4, 2, 3]);
  });

  it("is NaN of nothing, which no threshold takes for good", () => {
    assert.ok(Number.isNaN(median([])));
  });
});
