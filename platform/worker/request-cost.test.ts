import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { searchResponseSchema } from "#rag/search-response";
import { settledCalls, takeCallsMade } from "#worker/testing/calls-made";
import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

/** What /chat must not exceed: calls of Durable Objects that lie between a request and its model. */
const MAX_OBJECT_CALLS = 2;
const OBJECTS = /^(CHAT_SESSIONS|QUOTAS|IDEMPOTENCY)\./;
const COMPLETION = { messages: [{ role: "user", content: "hi" }] };

/** Three looks lie between two requests: a caller that comes four times within a second is given a lease, which is one call more. */
const LOOK_MS = 200;

describe("what a request costs", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker.dispose());
  beforeEach(() => worker.runtime.control.reset());

  const warmUp = async (key: string): Promise<void> => {
    await worker.call("/v1/models", { tenant: "umbrella", key });
    await settledCalls(worker, LOOK_MS);
  };
  /** Calls between a request and its model, and those behind. */
  const callsOf = async (key: string, path: string, body: object) => {
    const { status, text } = await worker.call(path, { tenant: "umbrella", key, body });
    assert.equal(status, 200, text);
    const calls = await settledCalls(worker, LOOK_MS);
    const model = calls.indexOf("AI.run");
    assert.ok(model >= 0, calls.join());
    return { before: calls.slice(0, model), behind: calls.slice(model + 1) };
  };

  /** An isolate trusts a key and settings for half a minute: on a busy machine they can be read again in between, but not twice. */
  const warmCallsOf = async (key: string, path: string, body: object) => {
    const calls = await callsOf(key, path, body);
    return calls.before.includes("KV.get") ? callsOf(key, path, body) : calls;
  };

  it("is, for what needs no key, the count of its address, and nothing for one that comes again soon", async () => {
    const health = (ip = "192.0.2.55") =>
      worker.call("/health", { tenant: "vandelay", headers: { "cf-connecting-ip": ip } });
    await health("192.0.2.56");
    await settledCalls(worker, LOOK_MS);
    await health();
    assert.deepEqual(await settledCalls(worker, LOOK_MS), ["QUOTAS.admit"]);
    for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 10 }, () => health()));
    assert.ok((await settledCalls(worker, LOOK_MS)).length < 25);
  });

  for (const stream of [true, false]) {
    it(`is, for a turn${stream ? " that streams" : " as JSON"}, two calls of objects before the model's first token, and nothing of storage`, async () => {
      const key = await worker.makeKey("umbrella", ["chat"]);
      await warmUp(key);
      const sessionId = `cost-${stream}`;
      for (const message of ["a new session", "and an old one"]) {
        const { before, behind } = await warmCallsOf(key, "/chat", { message, stream, sessionId });
        assert.deepEqual(before, [nameOf(stream), "QUOTAS.admit"]);
        assert.deepEqual(behind.toSorted(), ["DB.run", "QUOTAS.settle"]);
      }
    });
  }

  it("is, for a completion, one call of an object before the model, and none for a caller that comes often", async () => {
    const key = await worker.makeKey("umbrella", ["chat"]);
    await warmUp(key);
    const { before, behind } = await warmCallsOf(key, "/v1/chat/completions", COMPLETION);
    assert.deepEqual(before, ["QUOTAS.admit"]);
    assert.deepEqual(behind, ["QUOTAS.settle"]);
    const ask = () => worker.call("/v1/chat/completions", { tenant: "umbrella", key, body: COMPLETION });
    await takeCallsMade(worker);
    // How long a lease holds is a matter of time, and so of the machine: one busy moment of many has to show it.
    const perRound = [];
    for (let round = 0; round < 12; round++) {
      await Promise.all(Array.from({ length: 20 }, ask));
      perRound.push((await takeCallsMade(worker)).filter((call) => OBJECTS.test(call)).length);
    }
    assert.ok(Math.min(...perRound) <= 4, `calls for 20 requests each: ${perRound.join()}`);
  });

  it("is, for a search from the cache, the revision of the documents and one read of KV, and no index or model", async () => {
    const key = await worker.makeKey("umbrella", ["search", "ingest"]);
    const ask = async () => {
      const { status, text, json } = await worker.call("/search", {
        tenant: "umbrella",
        key,
        body: { query: "Is it cached?" },
      });
      assert.equal(status, 200, text);
      const isHit = searchResponseSchema.parse(json.data).why.cache.hit;
      return { isHit, calls: await settledCalls(worker, LOOK_MS) };
    };
    const first = await ask();
    assert.equal(first.isHit, false);
    assert.ok(first.calls.includes("KV.put"), first.calls.join());
    // An isolate trusts a key for half a minute: on a busy machine it can be read again in between, but not twice.
    const hits = [await ask(), await ask()].map(({ isHit, calls }) => [
      isHit,
      ...calls.filter((call) => !call.startsWith("QUOTAS.")),
    ]);
    assert.ok(
      hits.some((hit) => hit.join() === "true,DB.first,KV.get"),
      hits.join("; "),
    );
  });

  it("is, in a new isolate, the reads of the key and of the settings besides, once", async () => {
    const key = await worker.makeKey("umbrella", ["chat"]);
    await worker.restart();
    const { before } = await callsOf(key, "/chat", { message: "hi" });
    assert.ok(before.filter((call) => OBJECTS.test(call)).length <= MAX_OBJECT_CALLS, before.join());
    assert.deepEqual(
      before.filter((call) => !OBJECTS.test(call)),
      ["KV.get", "KV.get"],
    );
    assert.deepEqual((await callsOf(key, "/chat", { message: "hi" })).before.length, MAX_OBJECT_CALLS);
  });
});

function nameOf(stream: boolean): string {
  return `CHAT_SESSIONS.${stream ? "startTurn" : "answerTurn"}`;
}
