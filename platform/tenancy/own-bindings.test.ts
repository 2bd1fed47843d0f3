import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { liveObjects, objectClassName, ownBindingsSchema, ownResourceName } from "#tenancy/own-bindings";
import { parseTenantConfig } from "#tenancy/parse-tenant-config";

const identity = { tenantId: "acme", displayName: "Acme", accountId: "0123456789abcdef0123456789abcdef" };

function problemOf(bindings: unknown): string {
  const result = parseTenantConfig({ ...identity, bindings });
  assert.ok(!result.ok, "the config was accepted");
  return result.problems.map(({ field, rule }) => `${field} ${rule}`).join("\n");
}

describe("bindings of a config", () => {
  it("are told apart from what a Worker parses, and may be left out", () => {
    const result = parseTenantConfig({ ...identity, bindings: { UPLOADS: { kind: "r2" } } });
    assert.deepEqual(result.ok && result.config.bindings, { UPLOADS: { kind: "r2", ids: {} } });
    const without = parseTenantConfig(identity);
    assert.ok(without.ok && !("bindings" in without.config));
  });

  for (const [bindings, problem] of [
    [{ uploads: { kind: "r2" } }, /bindings/],
    [{ KV: { kind: "kv" } }, /bindings/],
    [{ X: { kind: "r3" } }, /bindings\.X/],
    [{ X: { kind: "kv", ids: { staging: "no id" } } }, /bindings\.X\.ids\.staging/],
    [{ X: { kind: "do", object: "x", migration: "v1" } }, /bindings\.X\.migration must be a tag after/],
    [{ X: { kind: "do", object: "Order Book", migration: "v2" } }, /bindings\.X\.object must be a name such as/],
    [{ X: { kind: "do", object: "x", migration: "v2", deletedBy: "v2" } }, /bindings\.X v2 is used twice/],
    [
      { X: { kind: "do", object: "x", migration: "v2" }, Y: { kind: "do", object: "x", migration: "v3" } },
      /class x is used twice/,
    ],
    ["r2", /bindings expected/],
  ] as const) {
    it(`refuses ${JSON.stringify(bindings)}`, () => assert.match(problemOf(bindings), problem));
  }
});

describe("names", () => {
  it("are made of the binding's", () => {
    assert.equal(ownResourceName("acme-staging", "BIG_UPLOADS"), "acme-staging-big-uploads");
    assert.equal(objectClassName("order-book-2"), "OrderBook2");
  });

  it("of deleted objects are not live", () => {
    const bindings = ownBindingsSchema.parse({
      A: { kind: "do", object: "a", migration: "v2", deletedBy: "v3" },
      B: { kind: "do", object: "b", migration: "v4" },
      C: { kind: "kv" },
    });
    assert.deepEqual(
      liveObjects(bindings).map(([name]) => name),
      ["B"],
    );
  });
});
