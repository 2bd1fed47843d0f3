import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { boundsOf, bucketOf, quantile } from "#metrics/histogram";

const BOUNDS = boundsOf({ kind: "histogram", unit: "s", labels: [] });
const bucketsOf = (values: readonly number[]) =>
  values.map((value) => ({ bucket: bucketOf(value, BOUNDS), count: 1, sum: value }));

describe("quantile", () => {
  it("lies in the bucket of the true one", () => {
    const durations = fc.array(fc.double({ min: 0.0001, max: 59, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99, 1), (values, q) => {
        const truth = values.toSorted((a, b) => a - b)[Math.ceil(q * values.length) - 1] ?? 0;
        const guess = quantile(q, bucketsOf(values), BOUNDS) ?? -1;
        assert.equal(bucketOf(guess, BOUNDS), bucketOf(truth, BOUNDS), `${guess} for ${truth}`);
      }),
    );
  });

  it("is the same whether buckets come apart or added up", () => {
    const values = [0.02, 0.02, 0.3, 4, 9];
    const merged = Map.groupBy(bucketsOf(values), ({ bucket }) => bucket);
    const rows = [...merged].map(([bucket, all]) => ({ bucket, count: all.length, sum: 0 }));
    assert.equal(quantile(0.5, rows, BOUNDS), quantile(0.5, bucketsOf(values), BOUNDS));
  });

  it("is the last bound for what is beyond it, and nothing without values", () => {
    assert.equal(quantile(0.5, bucketsOf([1_000]), BOUNDS), 60);
    assert.equal(quantile(0.5, [], BOUNDS), undefined);
  });
});
