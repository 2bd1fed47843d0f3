import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { CallDeadline } from "#ai-gateway/call-deadline";
import { systemClock } from "#base/clock";

const never = () => new Promise<never>(() => undefined);
const start = (totalMs = 10_000, signal?: AbortSignal) =>
  new CallDeadline(systemClock, systemClock.nowMs() + totalMs, signal);

describe("CallDeadline", () => {
  it("gives what is waited for", async () => {
    const deadline = start();
    assert.equal(await deadline.wait(Promise.resolve(7), deadline.after(10)), 7);
    await assert.rejects(deadline.wait(Promise.reject(new Error("mine")), deadline.after(10)), /mine/);
    deadline.end();
  });

  it("interrupts a wait that takes too long, and aborts the provider's call", async () => {
    const deadline = start();
    await assert.rejects(deadline.wait(never(), deadline.after(5)), { kind: "timeout" });
    assert.equal(deadline.signal.aborted, true);
    await assert.rejects(deadline.wait(never(), deadline.after(1_000)), { kind: "timeout" });
  });

  it("gives each wait its own time: a later one is not cut by the timer of an earlier one", async () => {
    const deadline = start();
    await deadline.wait(sleep(5), deadline.after(20));
    await deadline.wait(sleep(40), deadline.after(500));
    await assert.rejects(deadline.wait(never(), deadline.after(10)), { kind: "timeout" });
  });

  it("lets no time run while nobody waits", async () => {
    const deadline = start();
    await deadline.wait(Promise.resolve(), deadline.after(5));
    await sleep(30);
    assert.equal(deadline.signal.aborted, false);
    assert.equal(await deadline.wait(Promise.resolve("on"), deadline.after(5)), "on");
    deadline.end();
  });

  it("leaves a call alone that was read to its end, and cancels one that was not", () => {
    const read = start();
    read.end();
    assert.equal(read.signal.aborted, false);
    const left = start();
    left.abort();
    assert.equal(left.signal.aborted, true);
  });

  it("ends every wait at the end of the whole call", async () => {
    const deadline = start(10);
    await assert.rejects(deadline.wait(never(), deadline.after(5_000)), { kind: "timeout" });
  });

  it("interrupts with the caller's reason, before and during a wait", async () => {
    const abort = new AbortController();
    const deadline = start(10_000, abort.signal);
    const waiting = deadline.wait(never(), deadline.after(5_000));
    abort.abort(new Error("left"));
    await assert.rejects(waiting, /left/);
    assert.equal(deadline.isCallerGone, true);
    const late = start(10_000, abort.signal);
    await assert.rejects(late.wait(never(), late.after(5_000)), /left/);
  });
});
