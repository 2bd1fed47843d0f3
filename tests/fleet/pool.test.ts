import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { ENVIRONMENTS } from "#tenancy/environments";
import { createFleetWorkspace, type FleetWorkspace } from "#tests/fleet/fleet-workspace";
import { Operator } from "#tests/fleet/operator";
import { joinPool } from "#tools/tenant/config/join-pool";
import { readTenantConfig } from "#tools/tenant/config/read-tenant-config";
import { renderWranglerConfig } from "#tools/tenant/config/wrangler-config";

const TENANTS = ["bakery", "florist"];

describe("a pool, from nothing to two tenants that are served", () => {
  let fleet: FleetWorkspace;
  let operator: Operator;

  /** Builds the pool of this repository as its macro does. */
  function build(): void {
    const folder = path.join(fleet.folder, "tenants/village");
    const read = (file: string) => ({ file, config: readTenantConfig(path.join(folder, file)) });
    const result = joinPool(
      read("tenant.config.json"),
      TENANTS.map((id) => read(`${id}/tenant.config.json`)),
    );
    assert.ok(result.ok);
    const { worker, tenants } = result.pool;
    mkdirSync(path.join(folder, "gen"), { recursive: true });
    writeFileSync(path.join(folder, "gen/config.json"), JSON.stringify(worker));
    writeFileSync(path.join(folder, "gen/tenants.json"), JSON.stringify(tenants));
    for (const name of ENVIRONMENTS)
      writeFileSync(path.join(folder, `gen/wrangler.${name}.jsonc`), renderWranglerConfig(worker, name));
    const bundle = process.env["WORKER_BUNDLE"] ?? "";
    // Not copied: what is read-only could not be written again by a user who is not root.
    writeFileSync(path.join(folder, "bundle.js"), readFileSync(bundle));
    writeFileSync(path.join(folder, "bundle.js.map"), readFileSync(`${bundle}.map`));
  }

  before(async () => {
    fleet = await createFleetWorkspace();
    const source = path.resolve("tenants/village");
    for (const file of ["tenant.config.json", ...TENANTS.map((id) => `${id}/tenant.config.json`)])
      cpSync(path.join(source, file), path.join(fleet.folder, "tenants/village", file), { dereference: true });
    build();
    operator = new Operator(fleet, "village", "production");
  });
  after(() => fleet.close());

  it("provisions one of everything, and writes the ids into the pool's config", async () => {
    await operator.succeed("provision", "--yes");
    assert.match(
      readFileSync(path.join(fleet.folder, "tenants/village/tenant.config.json"), "utf8"),
      /The pool: whose account[^]*"kvNamespaceId": "[0-9a-f]{32}"/,
    );
    build();
    assert.match(await operator.succeed("provision", "--yes"), /everything is there/);
  });

  it("deploys one Worker, checks it for each tenant, and each is asked at its own host", async () => {
    const output = await operator.succeed("deploy", "--yes");
    for (const id of TENANTS) assert.match(output, new RegExp(`✓ ${id}: streams a chat`));
    for (const id of TENANTS) {
      const { status, text } = await fleet.ask(`ask.${id}.example`, "/health");
      assert.equal(status, 200, text);
      assert.equal((JSON.parse(text) as { tenantId: string }).tenantId, id);
    }
    const foreign = await fleet.ask("ask.bakery.example", "/health", { headers: { "x-tenant-id": "florist" } });
    assert.equal(foreign.status, 403);
    assert.match(await operator.succeed("drift"), /no drift/);
    assert.match(await operator.succeed("deploy", "--yes"), /nothing to do/);
  });

  it("refuses to deploy where its tenants have no host names", async () => {
    const staging = new Operator(fleet, "village", "staging");
    assert.match(await staging.fail("deploy", "--yes"), /staging of the pool village has no host names/);
  });
});
