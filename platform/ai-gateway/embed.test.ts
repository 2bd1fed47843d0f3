import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { BGE, startGateway, type TestGateway } from "./testing/start-gateway.js";

const texts = (count: number) => Array.from({ length: count }, (_, n) => `text number ${n}`);

describe("embed, in workerd", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  beforeEach(() => gateway.runtime.control.reset());
  after(() => gateway.dispose());

  const embed = (count: number, more = {}) => gateway.call({ embed: { model: BGE, texts: texts(count) }, ...more });

  it("embeds in batches of a hundred and sums their usage", async () => {
    const { embeddings, records } = await embed(250);
    assert.deepEqual([embeddings?.count, embeddings?.lengths, embeddings?.dimensions], [250, [768], 768]);
    const calls = await gateway.runtime.control.modelCalls();
    assert.deepEqual(
      calls.map(({ inputs }) => (inputs as { text: string[] }).text.length),
      [100, 100, 50],
    );
    assert.equal(embeddings?.usage.isEstimate, false);
    assert.equal(records.length, 1);
    assert.equal(
      records[0]?.usage.tokensIn,
      calls.reduce((sum, { tokensIn = 0 }) => sum + tokensIn, 0),
    );
    assert.equal(new Set(records[0].logIds).size, 3);
    assert.equal(records[0].costMicroUsd, Math.ceil((records[0].usage.tokensIn * 67_000) / 1_000_000));
  });

  for (const [name, behaviour, code, status] of [
    ["HTTP 503", { kind: "error", status: 503 }, "model_unavailable", "unavailable"],
    ["HTTP 429", { kind: "error", status: 429 }, "model_unavailable", "unavailable"],
    ["no answer", { kind: "hang" }, "model_unavailable", "unavailable"],
    ["garbage", { kind: "garbage" }, "model_unavailable", "unavailable"],
    ["too few vectors", { kind: "garbage", body: '{"data":[[1,2]]}' }, "model_unavailable", "unavailable"],
    ["HTTP 400", { kind: "error", status: 400 }, "upstream_rejected", "rejected"],
    ["HTTP 403", { kind: "error", status: 403 }, "model_unavailable", "refused"],
  ] as const) {
    it(`${name}: ${code} after one call, without the provider's text`, async () => {
      await gateway.runtime.control.plan(behaviour);
      const reply = await embed(3, { ai: { timeouts: { embeddingMs: 300 } } });
      assert.equal(reply.error?.code, code);
      assert.doesNotMatch(reply.error.message, /AiError|Capacity|html/i);
      assert.equal((await gateway.runtime.control.modelCalls()).length, 1);
      assert.equal(reply.records[0]?.status, status);
    });
  }

  it("begins no further batch after one has failed", async () => {
    await gateway.runtime.control.failModel(503);
    assert.equal((await embed(1_000)).error?.code, "model_unavailable");
    assert.ok((await gateway.runtime.control.modelCalls()).length <= 2);
  });

  it("ends with the caller's abort", async () => {
    await gateway.runtime.control.plan({ kind: "hang" });
    const reply = await embed(3, { abortAfterMs: 40 });
    assert.equal(reply.error?.message, "the caller left");
    assert.equal(reply.records[0]?.status, "cancelled");
  });
});
