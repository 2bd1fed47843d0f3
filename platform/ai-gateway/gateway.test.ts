import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { BGE, LLAMA_70B, startGateway, type TestGateway } from "./testing/start-gateway.js";

describe("the gateway of each call, in workerd", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway({ tokenDelayMs: 1 });
  });
  beforeEach(() => gateway.runtime.control.reset());
  after(() => gateway.dispose());

  it("gives each of 20 concurrent calls its own log id", async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => gateway.chat({ context: { traceId: `trace-${n}`, route: "/chat" } })),
    );
    assert.equal(new Set(replies.map(({ logId }) => logId)).size, 20);
    const logs = await gateway.runtime.control.gatewayLogs({ gateway: "acme-gateway" });
    const traceOf = new Map(logs.map(({ id, metadata }) => [id, metadata["trace"]]));
    for (const { logId, records } of replies) {
      assert.equal(traceOf.get(logId ?? ""), records[0]?.traceId, "the log is that of another call");
    }
  });

  it("is the tenant's own, with tenant, route, session, trace and principal, and without a cache", async () => {
    const context = { traceId: "t", route: "/search", sessionId: "s", principalId: "p" };
    await gateway.chat({ tenantId: "globex", context });
    await gateway.call({ tenantId: "globex", context, embed: { model: BGE, texts: ["a"] } });
    const calls = await gateway.runtime.control.modelCalls();
    const metadata = { tenant: "globex", route: "/search", trace: "t", session: "s", principal: "p" };
    assert.deepEqual(
      calls.map(({ options }) => options["gateway"]),
      [
        { id: "globex-gateway", metadata },
        { id: "globex-gateway", metadata },
      ],
    );
  });

  it("says in the record that an answer came from the gateway's cache, at no cost", async () => {
    const call = { ai: { cacheTtlSeconds: 60 }, embed: { model: BGE, texts: ["the same text"] } };
    const first = (await gateway.call(call)).records[0];
    const second = (await gateway.call(call)).records[0];
    assert.equal(first?.cacheStatus, "MISS");
    assert.ok((first.costMicroUsd ?? 0) > 0);
    assert.deepEqual([second?.cacheStatus, second?.costMicroUsd], ["HIT", 0]);
  });

  it("tells in the record who called what, how long it took and when the first token came", async () => {
    const context = { traceId: "t", route: "/chat", principalId: "p" };
    await gateway.runtime.control.plan({ kind: "delay", delayMs: 60 });
    const [record] = (await gateway.chat({ context })).records;
    assert.ok(
      record?.firstTokenMs !== undefined && record.firstTokenMs >= 55 && record.latencyMs > record.firstTokenMs,
    );
    const { tenantId, traceId, route, principalId, purpose, requestedModel, status } = record;
    assert.deepEqual(
      { tenantId, traceId, route, principalId, purpose, requestedModel, status },
      { tenantId: "acme", ...context, purpose: "chat", requestedModel: LLAMA_70B, status: "ok" },
    );
  });
});
