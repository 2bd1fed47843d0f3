import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseTenantConfig, type TenantFile } from "#tenancy/parse-tenant-config";
import type { TenantConfigInput } from "#tenancy/tenant-config";
import { formatConflicts } from "#tools/tenant/config/format-conflicts";
import { joinPool } from "#tools/tenant/config/join-pool";

const accountId = "0123456789abcdef0123456789abcdef";
const kvNamespaceId = "11111111111111111111111111111111";

function configOf(tenantId: string, fields: object): TenantFile {
  const input: TenantConfigInput = { tenantId, displayName: tenantId, accountId, ...fields };
  const result = parseTenantConfig(input);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}
const pool = (fields: object = {}) => ({
  file: "tenants/mall/tenant.config.json",
  config: configOf("mall", fields),
});
const member = (id: string, fields: object = {}, host = `${id}.example`) => ({
  file: `tenants/mall/${id}/tenant.config.json`,
  config: configOf(id, { environments: { production: { hostnames: [host] } }, ...fields }),
});

/** What is said of a pool that does not hold together. */
function refusalOf(own: ReturnType<typeof pool>, ...members: ReturnType<typeof member>[]): string {
  const result = joinPool(own, members);
  assert.ok(!result.ok);
  return formatConflicts(result.conflicts);
}

describe("joinPool", () => {
  it("makes one Worker with the hosts, secrets and features of all", () => {
    const own = pool({ secrets: ["A"], environments: { production: { resources: { kvNamespaceId } } } });
    const result = joinPool(own, [
      member("bread", { secrets: ["A", "B"] }),
      member("milk", { insights: { enabled: true }, enabled: false }),
    ]);
    assert.ok(result.ok);
    const { worker, tenants } = result.pool;
    assert.deepEqual(worker.environments.production.hostnames, ["bread.example", "milk.example"]);
    assert.deepEqual(worker.environments.dev.hostnames, ["bread.localhost", "milk.localhost"]);
    assert.deepEqual(worker.environments.production.resources, { kvNamespaceId });
    assert.deepEqual([worker.tenantId, worker.enabled, worker.insights.enabled], ["mall", true, true]);
    assert.deepEqual(worker.secrets, ["A", "B"]);
    assert.deepEqual(
      tenants.map(({ tenantId, enabled }) => [tenantId, enabled]),
      [
        ["bread", true],
        ["milk", false],
      ],
    );
    for (const { environments } of tenants) {
      assert.equal(environments.staging.workerName, "mall-staging");
      assert.deepEqual(environments.production.resources, {
        kvNamespaceId,
        d1DatabaseName: "mall-production",
        vectorizeIndex: "mall-production",
        gatewayId: "mall-production",
      });
    }
  });

  it("refuses two tenants of one id or host, and a tenant that is called as its pool", () => {
    assert.equal(
      refusalOf(pool(), member("bread"), member("milk", {}, "bread.example")),
      `tenants/mall/milk/tenant.config.json: not a valid tenant config (1 problem)
  environments.production.hostnames.0
    rule:   the host name "bread.example" is taken by tenants/mall/bread/tenant.config.json: no two tenants may share it
    remedy: choose another host name here, or remove it from tenants/mall/bread/tenant.config.json`,
    );
    assert.match(
      refusalOf(pool(), member("mall")),
      /the tenant id "mall" is taken by tenants\/mall\/tenant\.config\.json/,
    );
  });

  it("refuses what a Worker has once", () => {
    const resources = { production: { hostnames: ["a.example"], workerName: "mine", resources: { kvNamespaceId } } };
    const fields = { environments: resources, bindings: { FILES: { kind: "kv" } }, accountId: "f".repeat(32) };
    assert.equal(
      refusalOf(pool(), member("bread", { ...fields, vectorize: { dimensions: 384 } })),
      `tenants/mall/bread/tenant.config.json: not a valid tenant config (5 problems)
  accountId
    rule:   is "ffffffffffffffffffffffffffffffff", and that of its pool "0123456789abcdef0123456789abcdef": they are the same Worker's
    remedy: write "0123456789abcdef0123456789abcdef" here, change tenants/mall/tenant.config.json, or give the tenant a Worker of its own
  vectorize.dimensions
    rule:   is 384, and that of its pool 768: they are the same Worker's
    remedy: write 768 here, change tenants/mall/tenant.config.json, or give the tenant a Worker of its own
  environments.production.workerName
    rule:   a tenant of a pool has the Worker and the resources of its pool
    remedy: remove it here; those of the pool are in tenants/mall/tenant.config.json
  environments.production.resources.kvNamespaceId
    rule:   a tenant of a pool has the Worker and the resources of its pool
    remedy: remove it here; those of the pool are in tenants/mall/tenant.config.json
  bindings.FILES
    rule:   a tenant of a pool can have no binding of its own: all its tenants would reach what is behind it
    remedy: remove it, or give the tenant that needs it a Worker of its own: tenant() in a folder of its own`,
    );
    assert.match(
      refusalOf(pool(), member("bread", { vectorize: { mode: "index" } })),
      /vectorize\.mode\n {4}rule: {3}is "index", and that of its pool "namespace"/,
    );
  });

  it("refuses a pool's config that says what only a tenant can", () => {
    const own = pool({
      tts: { provider: "workers-ai" },
      environments: { production: { hostnames: ["mall.example"], models: { chat: "@cf/meta/llama-3.1-8b-instruct" } } },
      ai: { allowedModels: ["@cf/meta/llama-3.1-8b-instruct"] },
    });
    const text = refusalOf(own, member("bread"));
    for (const field of ["ai", "tts", "environments.production.models"])
      assert.ok(
        text.includes(`  ${field}\n    rule:   says something of a tenant, and this is the config of a pool`),
        text,
      );
    assert.match(text, /environments\.production\.hostnames\n {4}rule: {3}a host name belongs to a tenant/);
  });

  it("refuses a tenant that nobody could ask for", () => {
    assert.match(
      refusalOf(pool(), member("bread"), member("milk", { environments: {} })),
      /^tenants\/mall\/milk\/[^]*environments\.production\.hostnames\n {4}rule: {3}is empty, and other tenants/,
    );
  });
});
