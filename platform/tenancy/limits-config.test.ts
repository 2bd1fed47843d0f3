import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { limitsSchema } from "#tenancy/limits-config";
import { rateOf } from "#tenancy/rates";

describe("limits of a config", () => {
  const budget = { scope: "key", unit: "tokens", window: "day", limit: 1_000 } as const;

  it("are 60 per minute and 20 per 10 s for a principal, twice that for an address, twenty times for the tenant", () => {
    const limits = limitsSchema.parse({});
    assert.deepEqual(rateOf(limits, "principal"), { perMinute: 60, burst: 20 });
    assert.deepEqual(rateOf(limits, "ip"), { perMinute: 120, burst: 40 });
    assert.deepEqual(rateOf(limits, "tenant"), { perMinute: 1_200, burst: 400 });
    assert.deepEqual(limits.budgets, []);
  });

  it("follow from the principal's where nothing else is said", () => {
    const limits = limitsSchema.parse({ rate: { principal: { perMinute: 600 }, tenant: { perMinute: 900 } } });
    assert.deepEqual(rateOf(limits, "principal"), { perMinute: 600, burst: 200 });
    assert.deepEqual(rateOf(limits, "ip"), { perMinute: 1_200, burst: 400 });
    assert.deepEqual(rateOf(limits, "tenant"), { perMinute: 900, burst: 300 });
    const bursts = limitsSchema.parse({ rate: { principal: { perMinute: 100, burst: 5 } } });
    assert.deepEqual(rateOf(bursts, "ip"), { perMinute: 200, burst: 10 });
  });

  it("keep a burst within its minute", () => {
    const limits = limitsSchema.parse({ rate: { principal: { burst: 500 } } });
    assert.deepEqual(rateOf(limits, "principal"), { perMinute: 60, burst: 60 });
  });

  const refused: readonly (readonly [what: string, config: unknown, message: RegExp])[] = [
    ["a burst above the minute's rate", { rate: { ip: { perMinute: 10, burst: 11 } } }, /above perMinute/],
    ["a rate of nothing", { rate: { tenant: { perMinute: 0 } } }, /perMinute/],
    ["an unknown scope", { rate: { user: { perMinute: 1 } } }, /user/],
    ["half a token", { budgets: [{ ...budget, limit: 0.5 }] }, /whole number of tokens/],
    ["a seventh decimal of a dollar", { budgets: [{ ...budget, unit: "usd", limit: 0.1234567 }] }, /six decimals/],
    ["more than a million dollars", { budgets: [{ ...budget, unit: "usd", limit: 1_000_001 }] }, /1,000,000/],
    ["an id for the whole tenant", { budgets: [{ ...budget, scope: "tenant", id: "x" }] }, /no meaning/],
    ["the same budget twice", { budgets: [budget, { ...budget, limit: 5, mode: "warn" }] }, /twice/],
    ["a budget of nothing", { budgets: [{ ...budget, limit: 0 }] }, /limit/],
  ];
  for (const [what, config, message] of refused) {
    it(`refuse ${what}`, () => {
      const { success, error } = limitsSchema.safeParse(config);
      assert.equal(success, false);
      assert.match(JSON.stringify(error.issues), message);
    });
  }

  it("let one key have a budget of its own beside that of each key", () => {
    const { budgets } = limitsSchema.parse({ budgets: [budget, { ...budget, id: "k1", limit: 5 }] });
    assert.equal(budgets.length, 2);
    assert.equal(budgets[0]?.mode, "enforce");
  });
});
