import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";

import { parse } from "jsonc-parser";

import * as z from "#base/zod";
import { readTenantFiles } from "#tools/tenant/local/tenant-files";
import { startTenantRuntime, type TenantRuntime } from "#tools/tenant/local/tenant-runtime";

/**
 * The test that the macro makes for every tenant, without compiling anything per tenant: the environment says which one.
 * TENANT, BUNDLE, WRANGLER and MIGRATIONS are what the options of the same names are to `:dev`; so is CONFIG, which may be left out.
 */
const files = readTenantFiles({
  tenant: process.env["TENANT"] ?? "",
  bundle: process.env["BUNDLE"] ?? "",
  wrangler: process.env["WRANGLER"] ?? "",
  migrations: process.env["MIGRATIONS"] ?? "",
  ...(process.env["CONFIG"] === undefined ? {} : { config: process.env["CONFIG"] }),
});

describe(`the bundle of ${files.tenantId}`, () => {
  let runtime: TenantRuntime;
  before(async () => {
    runtime = await startTenantRuntime({ ...files, onLog: () => undefined });
  });
  after(() => runtime.dispose());

  it("boots in workerd with every binding and is healthy", async () => {
    const response = await fetch(`${runtime.url}/health?deep=1`);
    const health: unknown = await response.json();
    assert.equal(response.status, 200, JSON.stringify(health));
    assert.ok(typeof health === "object" && health !== null && "tenantId" in health);
    assert.equal(health.tenantId, files.tenantId);
  });

  it("has every binding that its configuration declares", async () => {
    const declared = bindingNames(readFileSync(files.wrangler, "utf8"));
    assert.ok(declared.includes("KV") && declared.includes("QUOTAS"));
    const bindings = await runtime.bindings();
    for (const name of declared) assert.ok(bindings[name] !== undefined, `${name} is not there`);
  });

  it("serves no other tenant", async () => {
    const response = await fetch(`${runtime.url}/health`, { headers: { "x-tenant-id": "no-such-tenant" } });
    assert.equal(response.status, 404);
  });

  it("lets nobody chat without a key", async () => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${runtime.url}/chat`, { method: "POST", headers, body: '{"message":"hello"}' });
    assert.equal(response.status, 401);
  });
});

const bindingLists = z.object({
  kv_namespaces: z.array(z.object({ binding: z.string() })),
  d1_databases: z.array(z.object({ binding: z.string() })),
  r2_buckets: z._default(z.array(z.object({ binding: z.string() })), []),
  queues: z._default(z.object({ producers: z.array(z.object({ binding: z.string() })) }), { producers: [] }),
  durable_objects: z.object({ bindings: z.array(z.object({ name: z.string() })) }),
});

/** Names of the bindings that can be reached from outside of a Worker. */
function bindingNames(wrangler: string): readonly string[] {
  const lists = bindingLists.parse(parse(wrangler));
  const named = [lists.kv_namespaces, lists.d1_databases, lists.r2_buckets, lists.queues.producers].flat();
  return [...named.map(({ binding }) => binding), ...lists.durable_objects.bindings.map(({ name }) => name)];
}
