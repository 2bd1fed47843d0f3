import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";

import { runPool } from "./run-pool.js";

describe("runPool", () => {
  it("runs everything once, in order, never more than allowed at a time", async () => {
    let [running, most] = [0, 0];
    const begun: number[] = [];
    await runPool([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      begun.push(item);
      most = Math.max(most, ++running);
      await setImmediate();
      running -= 1;
    });
    assert.deepEqual([begun, most, running], [[1, 2, 3, 4, 5, 6, 7], 3, 0]);
  });

  it("begins nothing more once it is stopped, and awaits what runs", async () => {
    const ended: number[] = [];
    await runPool(
      [1, 2, 3, 4],
      2,
      async (item) => {
        await setImmediate();
        ended.push(item);
      },
      () => ended.length > 0,
    );
    assert.deepEqual(ended, [1, 2]);
  });
});
