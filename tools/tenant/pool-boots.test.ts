import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";

import { apiKeyStorageKey, generateApiKey } from "#auth/api-key";
import * as z from "#base/zod";
import { fetchByHost } from "#simulators/runtime/fetch-by-host";
import { SCOPES } from "#tenancy/scopes";
import { tenantConfigSchema } from "#tenancy/tenant-config";
import { readTenantFiles } from "#tools/tenant/local/tenant-files";
import { startTenantRuntime, type TenantRuntime } from "#tools/tenant/local/tenant-runtime";

/**
 * The test that the macro makes for every pool: TENANTS is the file of its tenants' configs, the other variables are what they
 * are to the test of a tenant.
 */
const files = readTenantFiles({
  tenant: process.env["TENANT"] ?? "",
  bundle: process.env["BUNDLE"] ?? "",
  wrangler: process.env["WRANGLER"] ?? "",
  migrations: process.env["MIGRATIONS"] ?? "",
});
const tenants = z.array(tenantConfigSchema).parse(JSON.parse(readFileSync(process.env["TENANTS"] ?? "", "utf8")));

const healthSchema = z.object({ tenantId: z.string() });

describe(`a pool of ${tenants.map(({ tenantId }) => tenantId).join(", ")}`, () => {
  let runtime: TenantRuntime;
  const keys = new Map<string, string>();
  before(async () => {
    runtime = await startTenantRuntime({ ...files, onLog: () => undefined });
    for (const { tenantId } of tenants) {
      const { key, record } = await generateApiKey(tenantId, { label: "test", scopes: SCOPES, nowMs: Date.now() });
      await runtime.kv.put(await apiKeyStorageKey(tenantId, key), JSON.stringify(record));
      keys.set(tenantId, key);
    }
  });
  after(() => runtime.dispose());

  const call = (path: string, headers: Record<string, string>, body?: unknown): Promise<Response> =>
    fetch(`${runtime.url}${path}`, {
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
  const keyOf = (tenantId: string): Record<string, string> => ({ authorization: `Bearer ${keys.get(tenantId) ?? ""}` });

  it("serves each tenant, by its id and by its host in dev", async () => {
    for (const { tenantId, enabled, environments } of tenants) {
      const answers = [await call("/health?deep=1", { "x-tenant-id": tenantId })];
      for (const host of environments.dev.hostnames)
        answers.push(await fetchByHost(new URL(runtime.url), new Request(`http://${host}/health`)));
      for (const answer of answers) {
        assert.equal(answer.status, enabled ? 200 : 404, tenantId);
        if (enabled) assert.equal(healthSchema.parse(await answer.json()).tenantId, tenantId);
      }
    }
  });

  it("serves nobody who does not say which tenant is meant, and no tenant of another Worker", async () => {
    assert.equal((await call("/health", {})).status, tenants.length === 1 ? 200 : 400);
    assert.equal((await call("/health", { "x-tenant-id": "no-such-tenant" })).status, 404);
  });

  it("takes a key for its own tenant alone, and keeps documents apart", async () => {
    const asked = tenants.filter(({ enabled }) => enabled);
    for (const { tenantId } of asked) {
      const document = { docId: "own.md", text: `What only ${tenantId} may read: the word is ${tenantId}-secret.` };
      assert.equal((await call("/ingest", keyOf(tenantId), document)).status, 200, tenantId);
    }
    for (const { tenantId } of asked) {
      for (const { tenantId: other } of asked.filter((one) => one.tenantId !== tenantId)) {
        const refused = await call("/documents", { ...keyOf(tenantId), "x-tenant-id": other });
        assert.ok([401, 403].includes(refused.status), `a key of ${tenantId} as ${other}: ${refused.status}`);
      }
      const found = await call("/search", keyOf(tenantId), {
        query: "What is the word that only one may read?",
        mode: "retrieve",
      });
      const text = await found.text();
      assert.equal(found.status, 200, text);
      assert.match(text, new RegExp(`${tenantId}-secret`));
      for (const { tenantId: other } of asked)
        if (other !== tenantId) assert.doesNotMatch(text, new RegExp(`${other}-secret`));
    }
  });
});
