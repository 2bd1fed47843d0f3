import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { progressBar } from "#tools/tenant/command/progress-line";

describe("progressBar", () => {
  it("fills from the left and is full when there is nothing to do", () => {
    assert.equal(progressBar(0, 4, 4), "░░░░");
    assert.equal(progressBar(1, 2, 4), "██░░");
    assert.equal(progressBar(9, 2, 4), "████");
    assert.equal(progressBar(0, 0, 4), "████");
  });
});
