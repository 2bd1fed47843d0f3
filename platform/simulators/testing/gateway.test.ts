import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { type Fixture, eventually, startFixture } from "./start-fixture.js";

const llama = "@cf/meta/llama-3.1-8b-instruct";

describe("AI Gateway", () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({ model: { tokenDelayMs: 1, gateways: ["known"] } });
  });
  beforeEach(() => fixture.runtime.control.reset());
  after(() => fixture.runtime.dispose());

  const raw = (inputs: unknown, gateway: object) =>
    fixture.send("/run-raw", { model: llama, inputs, options: { gateway } });

  it("gives each of 20 concurrent calls a log id of its own", async () => {
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, i) => raw({ prompt: `Hello ${i}` }, { id: "known" })),
    );
    const ids = responses.map(({ headers }) => headers.get("cf-aig-log-id"));
    assert.equal(new Set(ids).size, 20);
    const logged = (await fixture.runtime.control.gatewayLogs({ gateway: "known" })).map(({ id }) => id);
    assert.ok(ids.every((id) => logged.includes(id ?? "")));
  });

  it("keeps a log that can be read and patched", async () => {
    const { logId } = await fixture.run(
      llama,
      { prompt: "Hello" },
      { gateway: { id: "known", metadata: { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 } } },
    );
    const { json } = await fixture.post("/gateway-log", {
      gateway: "known",
      id: logId,
      patch: { feedback: 1, score: 90 },
    });
    const { provider, model, status_code: status, success, metadata, feedback, score, tokens_in: tokensIn } = json;
    assert.deepEqual([provider, model, status, success, feedback, score], ["workers-ai", llama, 200, true, 1, 90]);
    assert.deepEqual(metadata, { a: 1, b: 2, c: 3, d: 4, e: 5 });
    assert.ok((tokensIn as number) > 0);
  });

  it("knows no log of another gateway", async () => {
    const { logId } = await fixture.run(llama, { prompt: "Hello" }, { gateway: { id: "known" } });
    const { status, json } = await fixture.post("/gateway-log", { gateway: "default", id: logId });
    assert.equal(status, 500);
    assert.match(JSON.stringify(json), /Log Not Found/);
  });

  it("completes the log of a stream when it ends", async () => {
    const response = await raw({ prompt: "Hello", stream: true }, { id: "known" });
    const logId = response.headers.get("cf-aig-log-id");
    await response.text();
    await eventually(async () => {
      const log = (await fixture.runtime.control.gatewayLogs()).find(({ id }) => id === logId);
      return log !== undefined && log.tokens_out > 0 && log.duration > 10;
    });
  });

  it("logs a refused call with its status", async () => {
    await fixture.runtime.control.failModel(429);
    const response = await raw({ prompt: "Hello" }, { id: "known" });
    assert.equal(response.status, 429);
    const log = (await fixture.runtime.control.gatewayLogs()).find(
      ({ id }) => id === response.headers.get("cf-aig-log-id"),
    );
    assert.deepEqual([log?.status_code, log?.success], [429, false]);
  });

  it("answers the same request from its cache, until it is skipped", async () => {
    const ask = async (prompt: string, gateway: object) => {
      const response = await raw({ prompt }, { id: "known", cacheTtl: 60, ...gateway });
      return `${response.headers.get("cf-aig-cache-status")} ${(await response.json<{ response: string }>()).response.slice(0, 5)}`;
    };
    await fixture.runtime.control.answerWith("first answer");
    assert.equal(await ask("a", {}), "MISS first");
    assert.equal(await ask("a", {}), "HIT first");
    assert.equal(await ask("b", {}), "MISS Hello");
    assert.equal(await ask("a", { skipCache: true }), "null Hello");
    assert.equal(await ask("c", { cacheKey: "mine" }), "MISS Hello");
    assert.equal(await ask("d", { cacheKey: "mine" }), "HIT Hello");
  });

  it("refuses a gateway that does not exist and metadata with objects", async () => {
    const unknown = await fixture.run(llama, { prompt: "Hello" }, { gateway: { id: "other" } });
    assert.equal(unknown.error, "AiGatewayError: 2001: Please configure AI Gateway in the Cloudflare dashboard");
    const nested = await fixture.run(llama, { prompt: "Hello" }, { gateway: { id: "known", metadata: { a: {} } } });
    assert.match(nested.error ?? "", /must be a string, number or boolean/);
  });
});
