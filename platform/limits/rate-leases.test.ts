import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import type { AdmitReply, RateDemand } from "#limits/quota-message";
import { RateLeases } from "#limits/rate-leases";

const NOW_MS = 1_000_000;
const demands: readonly RateDemand[] = [{ scope: "ip", id: "192.0.2.1", windows: [{ limit: 400, windowMs: 60_000 }] }];
const standings = [
  { scope: "ip" as const, windows: [{ limit: 400, windowMs: 60_000, remaining: 380, resetMs: 60_000 }] },
];
const admitted = (units: number): AdmitReply => ({
  outcome: "admitted",
  standings,
  grant: { units, validMs: 1_750, countedAtMs: NOW_MS + 2_000, epoch: "e" },
});

describe("leases of rate limits in an isolate", () => {
  let leases: RateLeases;
  beforeEach(() => {
    leases = new RateLeases();
  });
  const serve = (nowMs: number): number => {
    let served = 0;
    while (leases.decide(demands, nowMs).kind === "served") served++;
    return served;
  };

  it("serve what was granted but the request that asked, and no more", () => {
    leases.learn(demands, admitted(20), NOW_MS, true);
    assert.equal(serve(NOW_MS), 19);
    assert.equal(leases.decide([{ ...demands[0], id: "192.0.2.2" } as RateDemand], NOW_MS).kind, "unknown");
  });

  it("end with their time, counted from when they were asked for, and give the rest back", () => {
    leases.learn(demands, admitted(20), NOW_MS, true);
    leases.decide(demands, NOW_MS + 1_749);
    assert.equal(serve(NOW_MS + 1_750), 0);
    assert.deepEqual(leases.takeReturns(), [{ demands, units: 18, countedAtMs: NOW_MS + 2_000, epoch: "e" }]);
    assert.deepEqual(leases.takeReturns(), []);
  });

  it("keep no single request for later: it was counted now", () => {
    leases.learn(demands, admitted(1), NOW_MS, false);
    assert.equal(serve(NOW_MS), 0);
    assert.equal(leases.takeReturns()[0]?.units, 1);
  });

  it("tell what remains, with what is counted but not used", () => {
    leases.learn(demands, admitted(20), NOW_MS, true);
    const decision = leases.decide(demands, NOW_MS + 100);
    assert.ok(decision.kind === "served");
    assert.deepEqual(decision.standings[0]?.windows[0], {
      ...{ limit: 400, windowMs: 60_000 },
      remaining: 398,
      resetMs: 59_900,
    });
  });

  it("repeat a refusal for a second at most, with the time that is left", () => {
    const denied: AdmitReply = { outcome: "rate_limited", scope: "ip", retryAfterMs: 30_000, standings };
    leases.learn(demands, denied, NOW_MS, true);
    const decision = leases.decide(demands, NOW_MS + 999);
    assert.ok(decision.kind === "denied");
    assert.equal(decision.denial.retryAfterMs, 29_001);
    assert.equal(leases.decide(demands, NOW_MS + 1_000).kind, "unknown");
  });

  it("are asked for by one request at a time, and only where there is use for them", () => {
    leases.decide(demands, NOW_MS);
    assert.equal(leases.wanted(demands, NOW_MS), 1);
    for (let request = 0; request < 9; request++) leases.decide(demands, NOW_MS);
    assert.equal(leases.wanted(demands, NOW_MS), 20);
    assert.equal(leases.wanted(demands, NOW_MS), 1);
    leases.learn(demands, admitted(20), NOW_MS, true);
    assert.equal(leases.wanted(demands, NOW_MS), 20);
  });

  it("are refilled before they are used up", () => {
    for (let request = 0; request < 40; request++) leases.decide(demands, NOW_MS);
    leases.learn(demands, admitted(20), NOW_MS, true);
    const refills = [];
    for (let request = 0; request < 19; request++) {
      const decision = leases.decide(demands, NOW_MS + 100);
      if (decision.kind === "served") refills.push(decision.refill);
    }
    assert.equal(refills[0], false);
    assert.equal(refills.at(-1), true);
  });

  it("without the object, hold half the limit in this isolate", () => {
    const decide = (nowMs: number): boolean => leases.decideAlone(demands, nowMs).denial === undefined;
    assert.equal(Array.from({ length: 300 }, () => decide(NOW_MS)).filter(Boolean).length, 200);
    assert.equal(decide(NOW_MS + 60_999), false);
    assert.equal(decide(NOW_MS + 61_000), true);
  });
});
