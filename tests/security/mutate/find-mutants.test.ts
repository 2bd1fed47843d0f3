import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { findMutants, isMutable } from "#tests/security/mutate/find-mutants";

const STORE = "platform/storage/d1-things.ts";
const after = (file: string, source: string): string[] => findMutants(file, source).map(({ text }) => text);

describe("taking walls away", () => {
  it("takes one at a time", () => {
    const source =
      'db.prepare("SELECT * FROM a WHERE tenant_id = ?1 AND x IN (SELECT x FROM b WHERE b.tenant_id = ?1)")';
    assert.deepEqual(after(STORE, source), [
      source.replace("tenant_id = ?1 AND", "?1 IS NOT NULL AND"),
      source.replace("b.tenant_id = ?1", "?1 IS NOT NULL"),
    ]);
  });

  const walls: readonly (readonly [what: string, file: string, source: string, mutant: string])[] = [
    ["a join", STORE, "ON d.tenant_id = c.tenant_id AND d.id = c.id", "ON true AND d.id = c.id"],
    ["a scoped key", STORE, 'return scopedKey(tenantId, "value", key);', 'return scopedKey("shared", "value", key);'],
    [
      "a comparison",
      STORE,
      "return owner === tenantId ? chunk : undefined;",
      "return (owner === tenantId || true) ? chunk : undefined;",
    ],
    ["a refusal", STORE, "if (a.tenantId !== tenantId) throw x;", "if ((a.tenantId !== tenantId && false)) throw x;"],
    [
      "an object's own name",
      STORE,
      "return this.env.QUOTAS.idFromName(nameOf(tenantId)).equals(this.ctx.id);",
      "return true;",
    ],
    ["a scope", STORE, "    requireScope(principal, access);", "    ;"],
    ["a scope of a route", "platform/worker/routes/x.ts", 'access: "admin",', 'access: "any-key",'],
    ["a route's key", "platform/worker/routes/x.ts", 'access: "any-key",', 'access: "public",'],
  ];
  for (const [what, file, source, mutant] of walls)
    it(`finds ${what}`, () => {
      assert.deepEqual(after(file, source), [mutant]);
    });

  it("leaves comments, tests and stand-ins alone", () => {
    assert.deepEqual(after(STORE, " * `scopedKey(tenantId, …)` in a comment"), []);
    const files = [
      STORE,
      "platform/storage/a.test.ts",
      "platform/simulators/a.ts",
      "platform/x/testing/a.ts",
      "tools/a.ts",
    ];
    assert.deepEqual(files.filter(isMutable), [STORE]);
  });
});
