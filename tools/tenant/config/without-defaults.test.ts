import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { type TenantConfigInput, tenantConfigSchema } from "#tenancy/tenant-config";
import { withoutDefaults } from "#tools/tenant/config/without-defaults";

const IDENTITY = { tenantId: "acme", displayName: "Acme", accountId: "0123456789abcdef0123456789abcdef" };

describe("withoutDefaults", () => {
  it("leaves out what is as usual, at any depth, and keeps lists whole", () => {
    const defaults = { a: 1, b: { c: [1], d: 2 }, e: null };
    assert.deepEqual(withoutDefaults({ a: 1, b: { c: [1, 2], d: 2 }, e: 3, f: 4 }, defaults), {
      b: { c: [1, 2] },
      e: 3,
      f: 4,
    });
  });

  it("is undone by the schema, which fills the defaults in again", () => {
    const input: TenantConfigInput = {
      ...IDENTITY,
      environments: { production: { hostnames: ["ai.acme.example"] } },
      limits: {
        rate: { principal: { perMinute: 7 } },
        budgets: [{ scope: "tenant", unit: "usd", window: "day", limit: 5 }],
      },
      ai: { allowedModels: ["@cf/meta/llama-3.1-8b-instruct"] },
      cors: { origins: ["https://app.acme.example"] },
      insights: { enabled: true },
    };
    const config = tenantConfigSchema.parse(input);
    const defaults = tenantConfigSchema.parse(IDENTITY);
    const written = withoutDefaults(config, defaults);
    assert.ok(JSON.stringify(written).length < JSON.stringify(config).length / 2);
    assert.deepEqual(tenantConfigSchema.parse({ ...IDENTITY, ...written }), config);
  });
});
