import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import {
  BUCKET_MS,
  count,
  decide,
  giveBack,
  isForgettable,
  judge,
  newRateState,
  type RateState,
  type RateWindow,
  standingsOf,
} from "#limits/sliding-window";

const MINUTE: RateWindow = { limit: 60, windowMs: 60_000 };
const BURST: RateWindow = { limit: 20, windowMs: 10_000 };

/** The rule, said naively: a log of all requests, each counting until its bucket has left the window. */
class NaiveLog {
  readonly #log: { readonly leavesBucketMs: number; cost: number }[] = [];

  used(windowMs: number, nowMs: number): number {
    return this.#log
      .filter(({ leavesBucketMs }) => leavesBucketMs + windowMs > nowMs)
      .reduce((sum, { cost }) => sum + cost, 0);
  }

  allows(windows: readonly RateWindow[], cost: number, nowMs: number): boolean {
    return windows.every(({ limit, windowMs }) => this.used(windowMs, nowMs) + cost <= limit);
  }

  add(cost: number, atMs: number): void {
    this.#log.push({ leavesBucketMs: Math.floor(atMs / BUCKET_MS) * BUCKET_MS + BUCKET_MS, cost });
  }
}

const windowsArbitrary = fc.array(
  fc.record({ limit: fc.integer({ min: 1, max: 12 }), windowMs: fc.integer({ min: 1, max: 8 }).map((s) => s * 1_000) }),
  { minLength: 1, maxLength: 3 },
);
const stepsArbitrary = fc.array(
  fc.record({ waitMs: fc.integer({ min: 0, max: 3_000 }), cost: fc.integer({ min: 1, max: 4 }) }),
  { maxLength: 60 },
);

describe("a sliding window", () => {
  it("serves 20 of 60 requests at t = 0, and from t = 11 s on one per second", () => {
    const state = newRateState();
    const windows = [MINUTE, BURST];
    const serve = (nowMs: number): boolean => decide([{ state, windows }], 1, nowMs).isAllowed;
    const atOnce = Array.from({ length: 60 }, () => serve(0)).filter(Boolean).length;
    assert.equal(atOnce, 20);
    assert.equal(judge([{ state, windows }], 1, 0).retryAfterMs, 11_000);
    assert.equal(serve(10_999), false);
    const served = [];
    for (let second = 11; second <= 120; second++) if (serve(second * 1_000)) served.push(second);
    // The minute's own cap holds as well: 20 and 40 in the first 60 s, so the 52nd second waits for the first to leave.
    assert.deepEqual(
      served.slice(0, 40),
      Array.from({ length: 40 }, (_, index) => index + 11),
    );
    assert.equal(served[40], 61);
  });

  it("tells what is left and when more becomes available", () => {
    const state = newRateState();
    const scope = { state, windows: [MINUTE, BURST] };
    assert.deepEqual(standingsOf(scope, 400), [
      { ...MINUTE, remaining: 60, resetMs: 0 },
      { ...BURST, remaining: 20, resetMs: 0 },
    ]);
    decide([scope], 1, 400);
    decide([scope], 2, 5_400);
    assert.deepEqual(standingsOf(scope, 5_500), [
      { ...MINUTE, remaining: 57, resetMs: 55_500 },
      { ...BURST, remaining: 17, resetMs: 5_500 },
    ]);
  });

  it("agrees with a log of every request, whatever the windows and the times", () => {
    fc.assert(
      fc.property(windowsArbitrary, stepsArbitrary, (windows, steps) => {
        const state = newRateState();
        const log = new NaiveLog();
        let nowMs = 1_000_000;
        for (const { waitMs, cost } of steps) {
          nowMs += waitMs;
          const isExpected = log.allows(windows, cost, nowMs);
          assert.equal(decide([{ state, windows }], cost, nowMs).isAllowed, isExpected);
          if (isExpected) log.add(cost, nowMs);
          for (const { limit, windowMs, remaining } of standingsOf({ state, windows }, nowMs)) {
            assert.equal(remaining, limit - log.used(windowMs, nowMs));
          }
        }
      }),
    );
  });

  it("never serves more than its limit in any window of its length, however that lies", () => {
    fc.assert(
      fc.property(windowsArbitrary, stepsArbitrary, (windows, steps) => {
        const state = newRateState();
        const served: { atMs: number; cost: number }[] = [];
        let nowMs = 0;
        for (const { waitMs, cost } of steps) {
          nowMs += waitMs;
          if (decide([{ state, windows }], cost, nowMs).isAllowed) served.push({ atMs: nowMs, cost });
        }
        for (const { limit, windowMs } of windows) {
          for (const { atMs: fromMs } of served) {
            const within = served.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + windowMs);
            assert.ok(within.reduce((sum, { cost }) => sum + cost, 0) <= limit);
          }
        }
      }),
    );
  });

  it("tells the true time to wait: refused a millisecond earlier, served then", () => {
    fc.assert(
      fc.property(windowsArbitrary, stepsArbitrary, fc.integer({ min: 1, max: 4 }), (windows, steps, cost) => {
        const state = newRateState();
        let nowMs = 0;
        for (const step of steps) decide([{ state, windows }], step.cost, (nowMs += step.waitMs));
        const { isAllowed, retryAfterMs } = judge([{ state, windows }], cost, nowMs);
        assert.equal(isAllowed, retryAfterMs === 0);
        if (retryAfterMs === Infinity) assert.ok(windows.some(({ limit }) => cost > limit));
        if (isAllowed || retryAfterMs === Infinity) return;
        assert.equal(judge([{ state, windows }], cost, nowMs + retryAfterMs - 1).isAllowed, false);
        assert.equal(judge([{ state, windows }], cost, nowMs + retryAfterMs).isAllowed, true);
      }),
    );
  });

  it("counts all scopes or none, and names the one that refuses longest", () => {
    const open = { state: newRateState(), windows: [{ limit: 100, windowMs: 10_000 }] };
    const short = { state: newRateState(), windows: [{ limit: 1, windowMs: 1_000 }] };
    const long = { state: newRateState(), windows: [{ limit: 2, windowMs: 60_000 }] };
    assert.equal(decide([open, short, long], 1, 0).isAllowed, true);
    assert.equal(decide([open, long], 1, 0).isAllowed, true);
    const before = structuredClone([open.state, short.state, long.state]);
    const refused = decide([open, short, long], 1, 500);
    assert.deepEqual(refused, { isAllowed: false, deniedBy: 2, retryAfterMs: 60_500 });
    for (const [index, scope] of [open, short, long].entries())
      assert.deepEqual(scope.state.counts, before[index]?.counts);
  });

  it("refills nothing when the clock goes back", () => {
    const state = newRateState();
    const windows = [{ limit: 2, windowMs: 10_000 }];
    decide([{ state, windows }], 1, 1_000_000);
    decide([{ state, windows }], 1, 900_000);
    const { isAllowed, retryAfterMs } = decide([{ state, windows }], 1, 900_000);
    assert.equal(isAllowed, false);
    assert.equal(retryAfterMs, 111_000);
    assert.equal(decide([{ state, windows }], 1, 1_010_999).isAllowed, false);
    assert.equal(decide([{ state, windows }], 1, 1_011_000).isAllowed, true);
  });

  it("never serves a cost above the limit", () => {
    const verdict = judge([{ state: newRateState(), windows: [BURST] }], 21, 0);
    assert.deepEqual(verdict, { isAllowed: false, deniedBy: 0, retryAfterMs: Infinity });
  });

  it("holds its cap when leases are counted ahead and used until then", () => {
    const lease = fc.record({
      waitMs: fc.integer({ min: 0, max: 2_000 }),
      units: fc.integer({ min: 1, max: 5 }),
      usedAfterMs: fc.array(fc.integer({ min: 0, max: 1_999 }), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(windowsArbitrary, fc.array(lease, { maxLength: 40 }), (windows, leases) => {
        const state = newRateState();
        const used: number[] = [];
        let nowMs = 0;
        for (const { waitMs, units, usedAfterMs } of leases) {
          nowMs += waitMs;
          if (!judge([{ state, windows }], units, nowMs).isAllowed) continue;
          count(state, units, nowMs, nowMs + 2_000);
          used.push(...usedAfterMs.slice(0, units).map((afterMs) => nowMs + afterMs));
        }
        for (const { limit, windowMs } of windows) {
          for (const fromMs of used) {
            assert.ok(used.filter((atMs) => atMs >= fromMs && atMs < fromMs + windowMs).length <= limit);
          }
        }
      }),
    );
  });

  it("takes back no more than was counted at that time", () => {
    const state: RateState = newRateState();
    count(state, 3, 0);
    count(state, 5, 0, 2_000);
    giveBack(state, 2, 2_000);
    assert.equal(standingsOf({ state, windows: [BURST] }, 0)[0]?.remaining, 14);
    giveBack(state, 9, 2_000);
    giveBack(state, 9, 7_000);
    assert.equal(standingsOf({ state, windows: [BURST] }, 0)[0]?.remaining, 17);
  });

  it("stays small, survives storage, and is forgotten when nothing counts any more", () => {
    const state = newRateState();
    const windows = [MINUTE];
    for (let ms = 0; ms < 600_000; ms += 250) decide([{ state, windows: [{ ...MINUTE, limit: 10_000 }] }], 1, ms);
    assert.ok(state.counts.length <= 2 * 62);
    const revived: RateState = structuredClone(state);
    assert.deepEqual(standingsOf({ state: revived, windows }, 600_000), standingsOf({ state, windows }, 600_000));
    assert.equal(isForgettable(state, 60_000, 659_000), false);
    assert.equal(isForgettable(state, 60_000, 660_000), true);
  });
});
