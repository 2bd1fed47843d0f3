import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { seededRandom } from "#simulators/cloudflare-api/faults/seeded-random";
import { planArrivals, type Stage } from "#tests/load/measure/arrivals";
import { type LoopClock, NOT_SENT, type Outcome, runOpenLoop } from "#tests/load/measure/open-loop";
import { bySecond, summarize } from "#tests/load/measure/summary";

const steady = (seconds: number, perSecond: number): Stage => ({
  ...{ name: "steady", seconds, fromPerSecond: perSecond, toPerSecond: perSecond },
});

/** Time that passes only where somebody sleeps. */
class VirtualClock implements LoopClock {
  #now = 1_000;
  readonly #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  nowMs(): number {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ until: this.#now + ms, wake }));
  }

  /** Wakes one sleeper after the other, in the order of their times, until `done` has settled. */
  async pass(done: Promise<unknown>): Promise<void> {
    const pending = Symbol("pending");
    const later = () => new Promise((resolve) => setImmediate(() => resolve(pending)));
    while ((await Promise.race([done, later()])) === pending) {
      const next = this.#sleepers.sort((a, b) => a.until - b.until).shift();
      assert.ok(next, "somebody waits, but not for time");
      this.#now = Math.max(this.#now, next.until);
      next.wake();
    }
  }
}

describe("planArrivals", () => {
  it("follows the rates of the stages, and leaves time between arrivals to chance", () => {
    const ramp: Stage = { name: "ramp", seconds: 100, fromPerSecond: 0, toPerSecond: 40 };
    const arrivals = planArrivals([steady(100, 20), ramp], { chat: 3, search: 1 }, seededRandom(7));
    const counted = (from: number, to: number): number =>
      arrivals.filter(({ dueMs }) => dueMs >= from * 1_000 && dueMs < to * 1_000).length;
    const isNear = (value: number, wanted: number): void =>
      assert.ok(Math.abs(value - wanted) < 5 * Math.sqrt(wanted), `${value} is not about ${wanted}`);
    isNear(counted(0, 100), 2_000);
    isNear(counted(100, 150), 500);
    isNear(counted(150, 200), 1_500);
    isNear(arrivals.filter(({ kind }) => kind === "chat").length, (arrivals.length * 3) / 4);
    const gaps = arrivals.slice(1, 2_000).map(({ dueMs }, index) => dueMs - (arrivals[index]?.dueMs ?? 0));
    // Of exponential gaps, a part of 1/e is longer than the mean.
    isNear(gaps.filter((gap) => gap > 50).length, 2_000 / Math.E);
    assert.deepEqual(
      arrivals.map(({ dueMs }) => dueMs),
      arrivals.map(({ dueMs }) => dueMs).toSorted((a, b) => a - b),
    );
  });

  it("plans the same for the same seed", () => {
    const plan = (seed: number) => planArrivals([steady(5, 10)], { chat: 1 }, seededRandom(seed));
    assert.deepEqual(plan(3), plan(3));
    assert.notDeepEqual(plan(3), plan(4));
  });
});

describe("runOpenLoop", () => {
  const arrivals = Array.from({ length: 10 }, (_, index) => ({ dueMs: index * 100, stage: "s", kind: "chat" }));

  it("goes on sending while the server stands still, and counts what each request waited", async () => {
    const clock = new VirtualClock();
    // Until second 0.8 nothing is answered: a closed loop would see one slow request.
    const send = async () => {
      await clock.sleep(Math.max(10, 1_000 + 800 - clock.nowMs()));
      return { firstMs: 5 };
    };
    const run = runOpenLoop(arrivals, send, { clock, maxOpen: 100 });
    await clock.pass(run);
    const outcomes = await run;
    const latencies = outcomes.map(({ dueMs, endMs }) => endMs - dueMs);
    assert.deepEqual(latencies, [800, 700, 600, 500, 400, 300, 200, 100, 10, 10]);
    assert.deepEqual(
      outcomes.map(({ firstMs }) => firstMs),
      arrivals.map(({ dueMs }) => dueMs + 5),
    );
  });

  it("counts a sender that is late against the request, too", async () => {
    const clock = new VirtualClock();
    const late: LoopClock = { nowMs: () => clock.nowMs(), sleep: (ms) => clock.sleep(ms + 30) };
    const send = async () => (await clock.sleep(10), {});
    const run = runOpenLoop(arrivals.slice(0, 2), send, { clock: late, maxOpen: 100 });
    await clock.pass(run);
    assert.deepEqual(
      (await run).map(({ dueMs, sentMs, endMs }) => [sentMs - dueMs, endMs - dueMs]),
      [
        [0, 10],
        [30, 40],
      ],
    );
  });

  it("does not send over its bound, and counts that as a failure", async () => {
    const clock = new VirtualClock();
    const send = async () => (await clock.sleep(5_000), {});
    const run = runOpenLoop(arrivals, send, { clock, maxOpen: 4 });
    await clock.pass(run);
    assert.equal((await run).filter(({ failure }) => failure === NOT_SENT).length, 6);
  });
});

describe("summarize and bySecond", () => {
  const outcome = (dueMs: number, endMs: number, failure?: string): Outcome => ({
    ...{ dueMs, endMs, sentMs: dueMs, stage: "s", kind: "chat" },
    ...(failure === undefined ? {} : { failure }),
  });

  it("tells percentiles of what was answered, and counts what was not", () => {
    const answered = Array.from({ length: 1_000 }, (_, index) => outcome(0, index + 1));
    const summary = summarize([...answered, outcome(0, 1, "500"), outcome(0, 1, "500"), outcome(0, 9e9, "timeout")]);
    assert.equal(summary.failed, 3);
    assert.deepEqual(summary.failures, { 500: 2, timeout: 1 });
    assert.deepEqual(summary.latencyMs, { p50: 500, p90: 900, p95: 950, p99: 990, "p99.9": 999, p100: 1_000 });
    assert.ok(Number.isNaN(summary.firstMs["p95"]));
  });

  it("puts latencies where requests were due, answers where they ended", () => {
    const seconds = bySecond([outcome(100, 2_500), outcome(200, 300), outcome(1_100, 1_150, "500")]);
    assert.deepEqual(
      seconds.map(({ due, answered, failed, open, p95Ms }) => [due, answered, failed, open, p95Ms]),
      [
        [2, 1, 0, 1, 2_400],
        [1, 0, 1, 1, Number.NaN],
        [0, 1, 0, 0, Number.NaN],
      ],
    );
  });
});
