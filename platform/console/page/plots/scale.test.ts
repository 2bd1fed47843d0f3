/// <reference types="node" />
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { runsOf, valueTicks } from "./scale.js";
import { stepsOfPeriod } from "../metrics/steps-of-period.js";

describe("valueTicks", () => {
  it("ends at or above the largest value, in few round steps", () => {
    assert.deepEqual(valueTicks(97), [0, 50, 100]);
    assert.deepEqual(valueTicks(4), [0, 1, 2, 3, 4]);
    assert.deepEqual(valueTicks(0.3), [0, 0.1, 0.2, 0.3]);
    for (let max = 1e-6; max < 1e9; max *= 1.37) {
      const ticks = valueTicks(max);
      assert.ok(
        (ticks.at(-1) ?? 0) >= max * (1 - 1e-9) && ticks.length >= 2 && ticks.length <= 5,
        `${max}: ${ticks.join()}`,
      );
    }
  });

  it("has an axis for nothing, too", () => {
    assert.deepEqual(valueTicks(0), [0, 1]);
  });
});

describe("runsOf", () => {
  it("parts a line where nothing is known", () => {
    assert.deepEqual(runsOf([undefined, 1, 2, undefined, 0]), [
      [
        [1, 1],
        [2, 2],
      ],
      [[4, 0]],
    ]);
  });
});

describe("stepsOfPeriod", () => {
  const nowMs = Date.UTC(2026, 0, 5, 12, 30, 40);
  const minute = Date.UTC(2026, 0, 5, 12, 30);

  it("has every step of the period, and points at theirs", () => {
    const { times, points } = stepsOfPeriod("1h", [{ at: minute - 120_000 }], nowMs);
    assert.equal(times.length, 61);
    assert.equal(times.at(-1), minute);
    assert.deepEqual(points.indexOf(points.find((point) => point !== undefined)), 58);
  });

  it("shows the latest point even when the clock of who looks is slow", () => {
    const { times, points } = stepsOfPeriod("24h", [{ at: minute - (minute % 3_600_000) + 7_200_000 }], nowMs);
    assert.notEqual(points.at(-1), undefined);
    assert.equal(times.length, 25);
  });
});
