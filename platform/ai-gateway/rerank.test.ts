import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { RERANKER, startGateway, type TestGateway } from "./testing/start-gateway.js";

const rerank = {
  model: RERANKER,
  query: "how long do refunds take",
  texts: ["Cats purr.", "Refunds take five days.", "Dogs bark."],
};

describe("rerank, in workerd", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  beforeEach(() => gateway.runtime.control.reset());
  after(() => gateway.dispose());

  it("scores every text in one call through the tenant's gateway, and records what it cost", async () => {
    const { reranking, records } = await gateway.call({ rerank });
    const [cats = 1, refunds = 0, dogs = 1] = reranking?.scores ?? [];
    assert.ok(refunds > 0.5 && refunds > cats && refunds > dogs, String(reranking?.scores));
    const calls = await gateway.runtime.control.modelCalls();
    assert.deepEqual(
      calls.map(({ model, inputs }) => [model, (inputs as { top_k: number }).top_k]),
      [[RERANKER, 3]],
    );
    const [record] = records;
    assert.ok(record !== undefined);
    assert.deepEqual([record.purpose, record.status, record.model], ["rerank", "ok", RERANKER]);
    assert.equal(record.usage.tokensIn, calls[0]?.tokensIn);
    assert.equal(record.costMicroUsd, Math.ceil((record.usage.tokensIn * 3_000) / 1_000_000));
    assert.equal(record.logIds.length, 1);
  });

  for (const [name, behaviour, code, status] of [
    ["HTTP 503", { kind: "error", status: 503 }, "model_unavailable", "unavailable"],
    ["no answer", { kind: "hang" }, "model_unavailable", "unavailable"],
    ["garbage", { kind: "garbage" }, "model_unavailable", "unavailable"],
    ["HTTP 400", { kind: "error", status: 400 }, "upstream_rejected", "rejected"],
  ] as const) {
    it(`${name}: ${code} after one call, without the provider's text`, async () => {
      await gateway.runtime.control.plan(behaviour);
      const reply = await gateway.call({ rerank, ai: { timeouts: { rerankMs: 200 } } });
      assert.equal(reply.error?.code, code);
      assert.doesNotMatch(reply.error.message, /AiError|html/i);
      assert.equal((await gateway.runtime.control.modelCalls()).length, 1);
      assert.equal(reply.records[0]?.status, status);
    });
  }

  it("leaves a model alone that keeps failing", async () => {
    await gateway.runtime.control.failModel(503, { times: 5 });
    for (let n = 0; n < 7; n++) await gateway.call({ rerank, isolate: "failing" });
    assert.equal((await gateway.runtime.control.modelCalls()).length, 5);
  });
});
