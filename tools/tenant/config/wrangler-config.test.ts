import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { tenantConfigSchema } from "#tenancy/tenant-config";
import { renderWranglerConfig, wranglerConfigFor } from "#tools/tenant/config/wrangler-config";

const config = tenantConfigSchema.parse({
  tenantId: "acme",
  displayName: "Acme",
  accountId: "0123456789abcdef0123456789abcdef",
  environments: {
    production: {
      hostnames: ["ai.acme.example"],
      resources: { kvNamespaceId: "a".repeat(32), d1DatabaseId: "00000000-0000-4000-8000-000000000000" },
    },
  },
});

describe("wranglerConfigFor", () => {
  it("routes custom domains and closes the workers.dev host", () => {
    const { routes, workers_dev, preview_urls } = wranglerConfigFor(config, "production");
    assert.deepEqual(routes, [{ pattern: "ai.acme.example", custom_domain: true }]);
    assert.equal(workers_dev, false);
    assert.equal(preview_urls, false);
  });

  it("opens the workers.dev host of an environment without host names", () => {
    const { routes, workers_dev } = wranglerConfigFor(config, "staging");
    assert.deepEqual(routes, []);
    assert.equal(workers_dev, true);
  });

  it("leaves ids out until the resources exist", () => {
    const { kv_namespaces, d1_databases } = wranglerConfigFor(config, "staging");
    assert.deepEqual(kv_namespaces, [{ binding: "KV" }]);
    assert.deepEqual(d1_databases, [
      { binding: "DB", database_name: "acme-staging", migrations_dir: "../../../platform/storage/migrations" },
    ]);
  });

  it("carries the ids of provisioned resources", () => {
    const text = renderWranglerConfig(config, "production");
    assert.ok(text.includes(`"id": "${"a".repeat(32)}"`));
    assert.ok(text.includes('"database_id": "00000000-0000-4000-8000-000000000000"'));
  });

  it("gives no two environments a name in common", () => {
    const names = (["dev", "staging", "production"] as const).map((name) => {
      const { name: worker, d1_databases, vectorize } = wranglerConfigFor(config, name);
      return JSON.stringify([worker, d1_databases, vectorize]);
    });
    assert.equal(new Set(names).size, 3);
  });
});

describe("renderWranglerConfig", () => {
  it("says who made it and where to change it, and ends with a line break", () => {
    const text = renderWranglerConfig(config, "dev");
    assert.match(text, /^\/\/ Generated for acme, dev\. Do not edit: change tenant\.config\.json/);
    assert.ok(text.endsWith("}\n"));
  });

  it("gives the same text for the same config", () => {
    assert.equal(renderWranglerConfig(config, "dev"), renderWranglerConfig(structuredClone(config), "dev"));
  });
});
