import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { CLAIM_MS, KEPT_MS } from "#idempotency/claim";
import { startRecords, type TestRecords } from "#idempotency/testing/start-records";

describe("what became of a key, in workerd", () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "records-"));
  let records: TestRecords;
  let key: string;
  before(async () => {
    records = await startRecords(dataDir);
  });
  beforeEach(async () => {
    key = crypto.randomUUID();
    await records.tell({ op: "clock", offsetMs: 0 });
    await records.tell({ op: "fail", method: "none" });
    await records.stats();
  });
  after(async () => {
    await records.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const moveClock = (offsetMs: number) => records.tell({ op: "clock", offsetMs });
  const open = (gate: string) => records.tell({ op: "open", gate });
  /** A request that runs until its gate is opened. */
  async function begin(say: string, gate: string = crypto.randomUUID()) {
    const answer = records.answer({ key, say, gate });
    await until(async () => (await records.look(key)).records === 1);
    return { answer, end: () => open(gate).then(() => answer) };
  }

  it("is kept byte by byte, also when it fills several rows", async () => {
    const first = await records.answer({ key, say: "long", sizeBytes: 2_500_000 });
    const second = await records.answer({ key, say: "other" });
    assert.deepEqual([second.status, second.isReplay, second.headers.get("x-say")], [200, true, "long"]);
    assert.ok(second.text === first.text && first.text.length === 2_500_000);
    assert.equal((await records.look(key)).chunks, 3);
    assert.equal((await records.stats()).answers, 1);
  });

  it("is forgotten after 24 hours by an alarm: nothing stays stored", async () => {
    // A day ago, but for a second: what begins now is due soon.
    await moveClock(1_500 - KEPT_MS);
    await records.answer({ key, say: "yesterday" });
    const { alarmInMs, ...held } = await records.look(key);
    assert.deepEqual(held, { records: 1, chunks: 1 });
    assert.ok(alarmInMs !== undefined && alarmInMs > KEPT_MS - 1_500 && alarmInMs <= KEPT_MS, `${alarmInMs} ms`);
    assert.equal((await records.answer({ key, say: "again" })).isReplay, true);
    await until(async () => (await records.look(key)).records === 0);
    assert.deepEqual(await records.look(key), { records: 0, chunks: 0 });
    const today = await records.answer({ key, content: "another question", say: "today" });
    assert.deepEqual([today.status, today.text, today.isReplay], [200, "today", false]);
  });

  it("is forgotten by the alarm also when nobody asks in between, and the object was evicted", async () => {
    await moveClock(1_500 - KEPT_MS);
    await records.answer({ key, say: "yesterday" });
    await records.evict(key);
    await sleep(2_500);
    assert.deepEqual(await records.look(key), { records: 0, chunks: 0 });
  });

  it("is remembered by an object that was evicted", async () => {
    await records.answer({ key, say: "once" });
    await records.evict(key);
    const again = await records.answer({ key, say: "twice" });
    assert.deepEqual([again.text, again.isReplay], ["once", true]);
    assert.equal((await records.stats()).answers, 1);
  });

  it("is still running for a repetition when the object was evicted in mid-run; its end is stored", async () => {
    const first = await begin("once");
    await records.evict(key);
    const early = await records.answer({ key, say: "twice" });
    assert.equal(early.status, 409);
    assert.match(early.text, /"code":"conflict"[^]*still running/);
    assert.equal(early.headers.get("retry-after"), "1");
    assert.equal((await first.end()).text, "once");
    const late = await records.answer({ key, say: "thrice" });
    assert.deepEqual([late.text, late.isReplay], ["once", true]);
    assert.equal((await records.stats()).answers, 1);
  });

  it("is still another request's when the object was evicted in mid-run", async () => {
    const first = await begin("once");
    await records.evict(key);
    assert.equal((await records.answer({ key, content: "another question", say: "?" })).status, 422);
    await first.end();
  });

  it("is a conflict after a restart, until the dead request's claim has run out; then the next one runs", async () => {
    const { answer } = await begin("dies with its process");
    answer.catch(() => undefined);
    await records.restart();
    assert.equal((await records.answer({ key, say: "too early" })).status, 409);
    await moveClock(CLAIM_MS - 5_000);
    assert.equal((await records.answer({ key, say: "still too early" })).status, 409);
    await moveClock(CLAIM_MS + 1_000);
    const next = await records.answer({ key, say: "now" });
    assert.deepEqual([next.status, next.text, next.isReplay], [200, "now", false]);
    assert.equal((await records.answer({ key, say: "later" })).text, "now");
    assert.equal((await records.stats()).answers, 1);
  });

  it("is held by a request for as long as it gives signs of life", async () => {
    const first = await begin("slow");
    await moveClock(CLAIM_MS - 5_000);
    await records.tell({ op: "renew", key });
    await moveClock(CLAIM_MS + 5_000);
    assert.equal((await records.answer({ key, say: "impatient" })).status, 409);
    await moveClock(0);
    assert.equal((await first.end()).text, "slow");
  });

  it("is decided by the request that holds the key: one that lost it changes nothing any more", async () => {
    const lost = await begin("first");
    await records.stats();
    await moveClock(CLAIM_MS + 1_000);
    const gate = crypto.randomUUID();
    const holder = records.answer({ key, say: "second", gate });
    await until(async () => (await records.stats()).answers === 1);
    assert.equal((await lost.end()).text, "first");
    assert.equal((await records.answer({ key, say: "third" })).status, 409);
    await open(gate);
    assert.equal((await holder).text, "second");
    assert.equal((await records.answer({ key, say: "fourth" })).text, "second");
  });

  it("is not told too early: a repetition waits a moment for an answer that is just ending", async () => {
    const first = await begin("just now");
    const repetition = records.answer({ key, say: "again" });
    await sleep(50);
    await first.end();
    const { text, isReplay } = await repetition;
    assert.deepEqual([text, isReplay], ["just now", true]);
  });

  it("is nothing when the request failed: the key is free, and nothing stays stored", async () => {
    assert.equal((await records.answer({ key, say: "no", status: 500 })).status, 500);
    assert.deepEqual(await records.look(key), { records: 0, chunks: 0 });
    assert.equal((await records.answer({ key, content: "another question", say: "yes" })).text, "yes");
  });

  it("is lost to nobody when it cannot be stored: the client gets its answer, the failure is reported", async () => {
    await records.tell({ op: "fail", method: "end" });
    const first = await records.answer({ key, say: "answered" });
    assert.deepEqual([first.status, first.text], [200, "answered"]);
    assert.deepEqual(await records.stats(), { answers: 1, failures: 1 });
    await records.tell({ op: "fail", method: "none" });
    assert.equal((await records.answer({ key, say: "again" })).status, 409);
  });

  it("is asked before anything runs: without the record nothing is spent", async () => {
    await records.tell({ op: "fail", method: "begin" });
    assert.equal((await records.answer({ key, say: "?" })).status, 500);
    assert.equal((await records.stats()).answers, 0);
  });

  it("is no other tenant's", async () => {
    const first = await records.answer({ key, say: "of acme" });
    const other = await records.answer({ key, tenantId: "globex", say: "of globex" });
    assert.deepEqual([first.text, other.text, other.isReplay], ["of acme", "of globex", false]);
    assert.equal(await records.tell({ op: "trespass", of: "acme", as: "globex", key }), "wrong_address");
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < endMs, "it did not come about within 10 s");
    await sleep(20);
  }
}
