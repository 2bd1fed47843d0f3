import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { setImmediate as settled } from "node:timers/promises";

import {
  GIVE_UP_MS,
  MAX_WAIT_MS,
  PAUSE_MS,
  REFRESH_AFTER_MS,
  RefreshedValue,
  TRUST_MS,
} from "#settings/refreshed-value";

/** A value whose reads end when the test says so. */
class Subject {
  nowMs = 1_700_000_000_000;
  readonly reads: PromiseWithResolvers<string>[] = [];
  readonly failures: unknown[] = [];
  readonly kept: Promise<unknown>[] = [];
  readonly value = new RefreshedValue("initial", {
    clock: { nowMs: () => this.nowMs },
    load: () => {
      const read = Promise.withResolvers<string>();
      this.reads.push(read);
      return read.promise;
    },
    waitUntil: (work) => this.kept.push(work),
    reportFailure: (error) => this.failures.push(error),
  });

  /** Asks for the value, and lets everything happen that needs no time. */
  async ask(): Promise<{ value: string | undefined }> {
    const answer: { value: string | undefined } = { value: undefined };
    void this.value.current().then((value) => (answer.value = value));
    await settled();
    return answer;
  }

  async end(index: number, value: string | Error): Promise<void> {
    if (value instanceof Error) this.reads[index]?.reject(value);
    else this.reads[index]?.resolve(value);
    await settled();
  }

  /** Asks, and lets the read that this begins end well. */
  async refresh(value: string): Promise<void> {
    await this.ask();
    await this.end(this.reads.length - 1, value);
  }
}

describe("a refreshed value", () => {
  let subject: Subject;
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    subject = new Subject();
  });
  afterEach(() => mock.timers.reset());

  const tick = async (ms: number) => {
    mock.timers.tick(ms);
    await settled();
  };

  it("is waited for when nothing was ever read", async () => {
    const answer = await subject.ask();
    assert.equal(answer.value, undefined);
    await subject.end(0, "read");
    assert.equal(answer.value, "read");
  });

  it("is read once for all who ask at the same time", async () => {
    const answers = [await subject.ask(), await subject.ask(), await subject.ask()];
    await subject.end(0, "read");
    assert.deepEqual(
      answers.map(({ value }) => value),
      ["read", "read", "read"],
    );
    assert.equal(subject.reads.length, 1);
  });

  it("is not read again while it is fresh", async () => {
    await subject.refresh("first");
    subject.nowMs += REFRESH_AFTER_MS - 1;
    assert.equal((await subject.ask()).value, "first");
    assert.equal(subject.reads.length, 1);
  });

  it("is read again behind the back of those who use it", async () => {
    await subject.refresh("first");
    subject.nowMs += REFRESH_AFTER_MS;
    assert.equal((await subject.ask()).value, "first");
    assert.equal(subject.reads.length, 2);
    assert.equal(subject.kept.length, 2, "the isolate is not kept alive for the read");
    await subject.end(1, "second");
    assert.equal((await subject.ask()).value, "second");
  });

  it("is waited for again after an idle time", async () => {
    await subject.refresh("first");
    subject.nowMs += TRUST_MS;
    const answer = await subject.ask();
    assert.equal(answer.value, undefined);
    await subject.end(1, "second");
    assert.equal(answer.value, "second");
  });

  it("has the age of its read's beginning, not of its end", async () => {
    await subject.ask();
    subject.nowMs += 4_000;
    await subject.end(0, "first");
    subject.nowMs += TRUST_MS - 4_000;
    assert.equal((await subject.ask()).value, undefined);
  });

  it("is not waited for longer than the bound: then the last one is used, and nobody else waits for a while", async () => {
    await subject.refresh("first");
    subject.nowMs += TRUST_MS;
    const answer = await subject.ask();
    await tick(MAX_WAIT_MS - 1);
    assert.equal(answer.value, undefined);
    await tick(1);
    assert.equal(answer.value, "first");
    assert.equal((await subject.ask()).value, "first");
    await subject.end(1, "late");
    assert.equal((await subject.ask()).value, "late");
  });

  it("is waited for once more when the pause is over and the store is still slow", async () => {
    const first = await subject.ask();
    await tick(MAX_WAIT_MS);
    assert.equal(first.value, "initial");
    subject.nowMs += PAUSE_MS;
    assert.equal((await subject.ask()).value, undefined);
    assert.equal(subject.reads.length, 1);
  });

  it("stays what it was when a read fails, and the store is left alone for a while", async () => {
    await subject.refresh("first");
    subject.nowMs += TRUST_MS;
    const answer = await subject.ask();
    await subject.end(1, new Error("down"));
    assert.equal(answer.value, "first");
    assert.equal((await subject.ask()).value, "first");
    assert.equal(subject.reads.length, 2);
    subject.nowMs += PAUSE_MS;
    await subject.refresh("second");
    assert.equal((await subject.ask()).value, "second");
  });

  it("tells of an outage once, and of the next one again", async () => {
    for (const down of ["down", "down", undefined, "down"]) {
      await subject.ask();
      await subject.end(subject.reads.length - 1, down === undefined ? "up" : new Error(down));
      subject.nowMs += TRUST_MS;
    }
    assert.equal(subject.failures.length, 2);
  });

  it("gives up a read that never ends, and takes nothing from it any more", async () => {
    await subject.refresh("first");
    subject.nowMs += REFRESH_AFTER_MS;
    await subject.ask();
    subject.nowMs += GIVE_UP_MS;
    await subject.ask();
    assert.equal(subject.reads.length, 3);
    assert.equal(subject.failures.length, 1);
    await subject.end(2, "third");
    await subject.end(1, "second, far too late");
    assert.equal((await subject.ask()).value, "third");
  });

  it("is not trusted for ever when the clock goes backwards", async () => {
    await subject.refresh("first");
    subject.nowMs -= 3_600_000;
    await subject.refresh("second");
    assert.equal((await subject.ask()).value, "second");
  });
});
