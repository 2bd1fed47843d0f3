import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { apiKeyRecordSchema, apiKeyStorageKey, claimedTenantOfKey, generateApiKey } from "#auth/api-key";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

const acme = tenantIdSchema.parse("acme-labs");

describe("api keys", () => {
  it("carry their tenant and differ each time", async () => {
    const options = { label: "ci", scopes: ["chat" as const], nowMs: 0 };
    const [first, second] = [await generateApiKey(acme, options), await generateApiKey(acme, options)];
    assert.notEqual(first.key, second.key);
    assert.equal(claimedTenantOfKey(first.key), "acme-labs");
    assert.deepEqual(apiKeyRecordSchema.parse(first.record), first.record);
  });

  it("are stored under a digest that holds neither key nor random part", async () => {
    const { key, record } = await generateApiKey(acme, { label: "ci", scopes: [], nowMs: 0 });
    const secret = key.split("_").slice(2).join("_");
    assert.ok(!(await apiKeyStorageKey(acme, key)).includes(secret));
    assert.ok(!JSON.stringify(record).includes(secret));
  });

  for (const text of [
    "",
    "ak_",
    "ak_acme_short",
    "ak__aaaaaaaaaaaaaaaaaaaaaaaa",
    "sk-aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "ak_ACME_aaaaaaaaaaaaaaaaaaaaaaaa",
  ]) {
    it(`does not take ${JSON.stringify(text)} for a key`, () => {
      assert.equal(claimedTenantOfKey(text), undefined);
    });
  }
});
