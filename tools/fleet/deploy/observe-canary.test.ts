import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { judgeCanary } from "./observe-canary.js";

const count = (requests: number, errors: number) => ({ requests, errors });

describe("judgeCanary", () => {
  const well = { canary: count(0, 0), baseline: count(0, 0), probes: count(0, 0) };

  it("lets a canary be while nothing is known, or it errs as little as it may", () => {
    assert.equal(judgeCanary(well), undefined);
    assert.equal(judgeCanary({ ...well, canary: count(10, 10) }), undefined);
    assert.equal(judgeCanary({ ...well, canary: count(100, 5) }), undefined);
  });

  it("calls it bad when it errs more than the version beside it", () => {
    assert.match(judgeCanary({ ...well, canary: count(100, 10) }) ?? "", /10 of 100 requests failed/);
    assert.equal(judgeCanary({ ...well, canary: count(100, 10), baseline: count(100, 8) }), undefined);
  });

  it("calls it bad when our own health checks fail, but not for one that got lost", () => {
    assert.equal(judgeCanary({ ...well, probes: count(10, 2) }), undefined);
    assert.match(judgeCanary({ ...well, probes: count(10, 3) }) ?? "", /3 of 10 health checks/);
  });
});
