import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { budgetsFor, dayOf, periodEndMs, periodOf, toBudgets, toMicroUsd } from "#limits/budget";

describe("budgets", () => {
  const at = (text: string): number => Date.parse(text);
  const iso = (ms: number): string => new Date(ms).toISOString();

  it("run by UTC days and months, over year's end and leap days", () => {
    assert.equal(iso(periodEndMs("day", at("2026-12-31T23:59:59.999Z"))), "2027-01-01T00:00:00.000Z");
    assert.equal(iso(periodEndMs("month", at("2026-12-31T23:59:59.999Z"))), "2027-01-01T00:00:00.000Z");
    assert.equal(iso(periodEndMs("month", at("2028-02-01T00:00:00Z"))), "2028-03-01T00:00:00.000Z");
    assert.equal(iso(periodEndMs("day", at("2028-02-28T12:00:00Z"))), "2028-02-29T00:00:00.000Z");
  });

  it("know no daylight saving: each day has 24 hours", () => {
    for (const day of ["2026-03-29", "2026-10-25", "2026-11-01"]) {
      const startMs = at(`${day}T00:00:00Z`);
      assert.equal(periodEndMs("day", startMs) - startMs, 86_400_000);
    }
  });

  it("name days and months by their date", () => {
    const day = dayOf(at("2026-11-17T23:59:59.999Z"));
    assert.deepEqual([periodOf("day", day), periodOf("month", day)], ["2026-11-17", "2026-11"]);
  });

  it("hold money in millionths, rounded up, without what floating point adds", () => {
    assert.equal(toMicroUsd(0.1 + 0.2), 300_000);
    assert.equal(toMicroUsd(0.0000001), 1);
    assert.equal(toMicroUsd(12.345678), 12_345_678);
    const [budget] = toBudgets([{ scope: "key", unit: "usd", window: "day", limit: 0.29, mode: "enforce" }]);
    assert.deepEqual([budget?.unit, budget?.limit], ["microUsd", 290_000]);
  });

  it("only warn when limits are not enforced", () => {
    const [budget] = toBudgets([{ scope: "key", unit: "tokens", window: "day", limit: 9, mode: "enforce" }], false);
    assert.equal(budget?.mode, "warn");
  });

  it("apply to everyone, or to the one key or model they name", () => {
    const common = { unit: "tokens", window: "day", limit: 9, mode: "enforce" } as const;
    const budgets = toBudgets([
      { ...common, scope: "tenant" },
      { ...common, scope: "key" },
      { ...common, scope: "key", id: "k1" },
      { ...common, scope: "model", id: "k1" },
    ]);
    assert.equal(budgetsFor(budgets, { keyId: "k1", modelId: "m" }).length, 3);
    assert.equal(budgetsFor(budgets, { keyId: "k2", modelId: "m" }).length, 2);
  });
});
