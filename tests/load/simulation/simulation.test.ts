import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { EventQueue } from "#tests/load/simulation/event-queue";
import { type LedgerPlan, simulateLedger } from "#tests/load/simulation/simulate-ledger";
import { type LimiterPlan, simulateLimiter } from "#tests/load/simulation/simulate-limiter";

const SEEDS = [1, 2];

describe("EventQueue", () => {
  it("lets things happen in the order of their times, and of their plan where these are equal", () => {
    const queue = new EventQueue();
    const seen: string[] = [];
    for (const [atMs, name] of [
      [30, "c"],
      [10, "a"],
      [20, "b1"],
      [20, "b2"],
      [40, "d"],
    ] as const)
      queue.at(atMs, () => {
        seen.push(`${queue.nowMs} ${name}`);
        if (name === "a") queue.at(5, () => seen.push(`${queue.nowMs} late`));
      });
    queue.run();
    assert.deepEqual(seen, ["10 a", "10 late", "20 b1", "20 b2", "30 c", "40 d"]);
  });
});

describe("a rate limit that is kept by several objects", () => {
  const plan: LimiterPlan = {
    ...{ seed: 1, seconds: 150, perSecond: 200, isolates: 40, shards: 1, perMinute: 6_000, leaseMs: 2_000 },
  };

  for (const seed of SEEDS)
    for (const shards of [1, 4, 16])
      it(`is never passed in any minute, and most of it can be used: ${shards} objects, seed ${seed}`, () => {
        const { admitted, mostInAMinute } = simulateLimiter({ ...plan, seed, shards });
        assert.ok(mostInAMinute <= plan.perMinute, String(mostInAMinute));
        assert.ok(admitted > 0.7 * plan.perMinute * (plan.seconds / 60), String(admitted));
      });

  it("asks its objects far less often than once for each request, where much is left", () => {
    const much = { ...plan, seconds: 20, perMinute: 1_000_000 };
    const leased = simulateLimiter(much);
    const asking = simulateLimiter({ ...much, leaseMs: 0 });
    assert.equal(leased.admitted, leased.asked);
    assert.ok(leased.objectCallsPerSecond < asking.objectCallsPerSecond / 5);
  });

  it("needs more objects when one would fall behind", () => {
    const busy = { ...plan, seconds: 5, perSecond: 2_000, perMinute: 10_000_000, leaseMs: 0, isolates: 200 };
    const [one, four] = [simulateLimiter(busy), simulateLimiter({ ...busy, shards: 4 })];
    assert.ok(one.busiest > 1 && four.busiest < 1, `${one.busiest}, ${four.busiest}`);
    assert.ok(four.waitP99Ms < one.waitP99Ms / 10, `${four.waitP99Ms}, ${one.waitP99Ms}`);
  });

  it("comes out the same for the same seed", () => {
    const short = { ...plan, seconds: 10 };
    assert.deepEqual(simulateLimiter(short), simulateLimiter(short));
    assert.notDeepEqual(simulateLimiter(short), simulateLimiter({ ...short, seed: 2 }));
  });
});

describe("a budget that is kept by several objects", () => {
  const plan: LedgerPlan = {
    ...{
      seed: 1,
      seconds: 300,
      callsPerSecond: 40,
      shards: 8,
      limit: 2_000_000,
      lostShare: 0.02,
      rebalanceSeconds: 10,
    },
  };

  for (const seed of SEEDS)
    for (const rebalanceSeconds of [0, 10])
      it(`is never overdrawn, and books what calls did cost: dealt out every ${rebalanceSeconds} s, seed ${seed}`, () => {
        const { mostUsed, booked, cost, asked, granted } = simulateLedger({ ...plan, seed, rebalanceSeconds });
        assert.ok(mostUsed <= plan.limit + 1e-6, String(mostUsed));
        assert.equal(booked, cost);
        assert.ok(granted < asked, "the budget is used up in this plan");
      });

  it("refuses less too early when what is left is dealt out anew", () => {
    const early = (rebalanceSeconds: number): number => simulateLedger({ ...plan, rebalanceSeconds }).refusedTooEarly;
    assert.ok(early(10) < early(0) / 2, `${early(10)}, ${early(0)}`);
  });
});
