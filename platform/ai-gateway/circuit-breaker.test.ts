import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import {
  admit,
  type BreakerPolicy,
  type BreakerState,
  type CallOutcome,
  CircuitBreakers,
  CLOSED,
  record,
} from "#ai-gateway/circuit-breaker";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

const policy: BreakerPolicy = { threshold: 3, openMs: 100, maxOpenMs: 300, trialMs: 50 };
const acme = tenantIdSchema.parse("acme");
const globex = tenantIdSchema.parse("globex");

const after = (state: BreakerState, outcomes: readonly CallOutcome[], nowMs = 0) =>
  outcomes.reduce((current, outcome) => record(current, outcome, policy, nowMs), state);
const opened = after(CLOSED, ["failure", "failure", "failure"]);

describe("the circuit breaker", () => {
  it("opens after so many failures in a row, and a success starts the count again", () => {
    assert.equal(after(CLOSED, ["failure", "failure"]).phase, "closed");
    assert.equal(opened.phase, "open");
    assert.equal(after(CLOSED, ["failure", "failure", "success", "failure", "failure"]).phase, "closed");
  });

  it("admits nothing while open, then one trial at a time", () => {
    assert.equal(admit(opened, policy, 99).isAdmitted, false);
    const trial = admit(opened, policy, 100);
    assert.equal(trial.isAdmitted, true);
    assert.equal(admit(trial.after, policy, 149).isAdmitted, false);
    assert.equal(admit(trial.after, policy, 150).isAdmitted, true, "a trial that never reports holds nobody up");
  });

  it("closes after a trial that succeeds, and stays open twice as long after one that fails, up to a bound", () => {
    assert.deepEqual(record(admit(opened, policy, 100).after, "success", policy, 110), CLOSED);
    let state = opened;
    let nowMs = 0;
    const openTimes: number[] = [];
    for (let trial = 0; trial < 4; trial++) {
      assert.ok(state.phase !== "closed");
      openTimes.push(state.untilMs - nowMs);
      nowMs = state.untilMs;
      state = record(admit(state, policy, nowMs).after, "failure", policy, nowMs);
    }
    assert.deepEqual(openTimes, [100, 200, 300, 300]);
  });

  it("does not count a caller who leaves, and lets the next call try", () => {
    assert.equal(after(CLOSED, ["failure", "failure", "abandoned"]).phase, "closed");
    const left = record(admit(opened, policy, 100).after, "abandoned", policy, 120);
    assert.equal(admit(left, policy, 120).isAdmitted, true);
  });

  it("always admits again some time, whatever happened", () => {
    const outcome = fc.constantFrom<CallOutcome>("success", "failure", "abandoned");
    const property = fc.property(fc.array(fc.tuple(outcome, fc.nat(200)), { maxLength: 40 }), (steps) => {
      let state: BreakerState = CLOSED;
      let nowMs = 0;
      for (const [happened, passedMs] of steps) {
        nowMs += passedMs;
        state = record(admit(state, policy, nowMs).after, happened, policy, nowMs);
      }
      assert.equal(admit(state, policy, nowMs + policy.maxOpenMs).isAdmitted, true);
    });
    fc.assert(property);
  });

  it("keeps tenants and models apart", () => {
    const breakers = new CircuitBreakers(policy);
    for (let n = 0; n < 3; n++) breakers.report(acme, "a/model", "failure", 0);
    assert.equal(breakers.admit(acme, "a/model", 1), false);
    assert.equal(breakers.admit(acme, "another/model", 1), true);
    assert.equal(breakers.admit(globex, "a/model", 1), true);
    assert.equal(breakers.waitMs(acme, ["a/model"], 1), 99);
    assert.equal(breakers.waitMs(acme, ["a/model", "another/model"], 1), 0);
  });

  it("forgets the oldest instead of growing without bound", () => {
    const breakers = new CircuitBreakers({ ...policy, threshold: 1 });
    for (let n = 0; n <= 2_000; n++) breakers.report(acme, `model/${n}`, "failure", 0);
    assert.equal(breakers.admit(acme, "model/0", 1), true);
    assert.equal(breakers.admit(acme, "model/2000", 1), false);
  });
});
