import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { planWaves } from "./plan-waves.js";

describe("planWaves", () => {
  it("takes one, then more, then the rest", () => {
    assert.deepEqual(planWaves(["a", "b", "c", "d", "e"], "1,2,all"), [["a"], ["b", "c"], ["d", "e"]]);
    assert.deepEqual(planWaves(["a", "b"], "all"), [["a", "b"]]);
    assert.deepEqual(planWaves(["a", "b"], "5,5,all"), [["a", "b"]]);
  });

  it("leaves nobody over, and refuses what is no size", () => {
    assert.throws(() => planWaves(["a", "b", "c"], "1,1"), /leaves 1 tenants over/);
    for (const spec of ["", "0", "-1", "1.5", "1;2", "some"])
      assert.throws(() => planWaves(["a"], spec), /no size/, spec);
  });
});
