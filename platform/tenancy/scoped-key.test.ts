import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { PlatformError } from "#base/errors";
import { scopedKey, tenantOfKey } from "#tenancy/scoped-key";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

const acme = tenantIdSchema.parse("acme");
const ids = fc.stringMatching(/^[a-z][a-z0-9-]{1,10}$/).filter((id) => tenantIdSchema.safeParse(id).success);
const part = fc.string({ unit: "binary", maxLength: 12 });

describe("scopedKey", () => {
  it("begins with the tenant and the kind", () => {
    assert.equal(scopedKey(acme, "session", "s-1"), "acme:session:s-1");
  });

  it("keeps the separator out of a part", () => {
    assert.notEqual(scopedKey(acme, "session", "a", "b:c"), scopedKey(acme, "session", "a:b", "c"));
  });

  it("is injective over any text, lone surrogates included", () => {
    const input = fc.tuple(ids, fc.constantFrom("session" as const, "flag" as const), fc.array(part, { maxLength: 4 }));
    fc.assert(
      fc.property(input, input, ([idA, kindA, a], [idB, kindB, b]) => {
        const keyA = scopedKey(tenantIdSchema.parse(idA), kindA, ...a);
        const keyB = scopedKey(tenantIdSchema.parse(idB), kindB, ...b);
        const isSame = idA === idB && kindA === kindB && a.length === b.length && a.every((text, i) => text === b[i]);
        assert.equal(keyA === keyB, isSame);
      }),
    );
  });

  it("refuses a key that KV would refuse", () => {
    assert.throws(() => scopedKey(acme, "session", "x".repeat(600)), PlatformError);
  });

  it("tells the tenant of a key", () => {
    assert.equal(tenantOfKey(scopedKey(acme, "session", "other:session:x")), "acme");
    assert.equal(tenantOfKey("nothing"), "");
  });
});
