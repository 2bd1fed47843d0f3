import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CircuitBreakers } from "#ai-gateway/circuit-breaker";
import { askInTurn, type Chain } from "#ai-gateway/fallback";
import type { ModelAttempt } from "#ai-gateway/model-call-record";
import { type FailureKind, kindOfStatus, ModelFailure } from "#ai-gateway/model-failure";
import { PlatformError } from "#base/errors";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

const acme = tenantIdSchema.parse("acme");
const policy = { threshold: 2, openMs: 10_000, maxOpenMs: 60_000, trialMs: 1_000 };

function chainOf(models: readonly string[], changes: Partial<Chain> = {}): { chain: Chain; attempts: ModelAttempt[] } {
  const attempts: ModelAttempt[] = [];
  const chain: Chain = {
    models,
    breakers: new CircuitBreakers(policy),
    clock: { nowMs: () => 1_000 },
    endsAtMs: Infinity,
    signal: undefined,
    onAttempt: (attempt) => attempts.push(attempt),
    ...changes,
  };
  return { chain, attempts };
}
const fail = (kind: FailureKind, details = {}) => Promise.reject(new ModelFailure(kind, "secret", details));

async function errorOf(promise: Promise<unknown>): Promise<PlatformError> {
  const error = await promise.then(
    () => assert.fail("it answered"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof PlatformError);
  assert.ok(!error.message.includes("secret"), error.message);
  return error;
}

describe("askInTurn", () => {
  it("asks the next model after one that is down, slow or cannot be reached", async () => {
    const { chain, attempts } = chainOf(["a", "b", "c", "d"]);
    const answer = await askInTurn(acme, chain, (model) => {
      if (model === "a") return fail("unavailable", { httpStatus: 503 });
      if (model === "b") return fail("timeout");
      return model === "c" ? Promise.reject(new TypeError("network lost")) : Promise.resolve(model);
    });
    assert.equal(answer, "d");
    assert.deepEqual(
      attempts.map(({ model, outcome }) => `${model} ${outcome}`),
      ["a unavailable", "b timeout", "c unavailable", "d answered"],
    );
    assert.equal(attempts[0]?.httpStatus, 503);
  });

  for (const [kind, code] of [
    ["rejected", "upstream_rejected"],
    ["refused", "model_unavailable"],
  ] as const) {
    it(`stops at once when a model answers ${kind}`, async () => {
      const { chain, attempts } = chainOf(["a", "b"]);
      assert.equal((await errorOf(askInTurn(acme, chain, () => fail(kind)))).code, code);
      assert.equal(attempts.length, 1);
    });
  }

  it("says when to come back after all have failed", async () => {
    const { chain } = chainOf(["a", "b"]);
    const error = await errorOf(askInTurn(acme, chain, () => fail("unavailable", { retryAfterMs: 7_000 })));
    assert.equal(error.code, "model_unavailable");
    assert.equal(error.headers["Retry-After"], "7");
  });

  it("leaves out a model whose breaker is open, and tells the true time when all are", async () => {
    const { chain, attempts } = chainOf(["a"]);
    for (let n = 0; n < 2; n++) await errorOf(askInTurn(acme, chain, () => fail("unavailable")));
    const error = await errorOf(askInTurn(acme, chain, () => assert.fail("it was asked")));
    assert.equal(error.headers["Retry-After"], "10");
    assert.equal(attempts.at(-1)?.outcome, "skipped");
    const withFallback = { ...chain, models: ["a", "b"] };
    assert.equal(await askInTurn(acme, withFallback, (model) => Promise.resolve(model)), "b");
  });

  it("does not open the breaker for requests that no model would take", async () => {
    const { chain } = chainOf(["a"]);
    for (let n = 0; n < 5; n++) await errorOf(askInTurn(acme, chain, () => fail("rejected")));
    for (let n = 0; n < 5; n++) await errorOf(askInTurn(acme, chain, () => fail("refused")));
    assert.equal(await askInTurn(acme, chain, () => Promise.resolve("up")), "up");
  });

  it("ends with the caller's reason when the caller aborts: no fallback, no mark against the model", async () => {
    const abort = new AbortController();
    const reason = new Error("the caller left");
    const { chain, attempts } = chainOf(["a", "b"], { signal: abort.signal });
    const asked = askInTurn(acme, chain, () => {
      abort.abort(reason);
      return fail("unavailable");
    });
    await assert.rejects(asked, (error) => error === reason);
    assert.deepEqual(
      attempts.map(({ outcome }) => outcome),
      ["cancelled"],
    );
    await assert.rejects(
      askInTurn(acme, chain, () => assert.fail("it was asked")),
      (error) => error === reason,
    );
  });

  it("begins no attempt after the call's end", async () => {
    let nowMs = 0;
    const { chain, attempts } = chainOf(["a", "b"], { clock: { nowMs: () => nowMs }, endsAtMs: 10 });
    const asked = askInTurn(acme, chain, () => {
      nowMs = 10;
      return fail("timeout");
    });
    await errorOf(asked);
    assert.equal(attempts.length, 1);
  });
});

describe("kindOfStatus", () => {
  it("tells what may work elsewhere from what will not", () => {
    for (const status of [429, 500, 502, 503, 529]) assert.equal(kindOfStatus(status), "unavailable");
    for (const status of [400, 413, 422, 424]) assert.equal(kindOfStatus(status), "rejected");
    for (const status of [401, 403, 404]) assert.equal(kindOfStatus(status), "refused");
    assert.equal(kindOfStatus(408), "timeout");
  });
});
