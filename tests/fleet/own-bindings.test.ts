import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { ACCOUNT, createFleetWorkspace, type FleetWorkspace, TOKEN } from "#tests/fleet/fleet-workspace";
import { Operator } from "#tests/fleet/operator";
import { provisionTenant } from "#tests/fleet/provision-tenant";

describe("what is behind a tenant's own bindings", () => {
  let fleet: FleetWorkspace;
  let staging: Operator;
  before(async () => {
    fleet = await createFleetWorkspace();
    fleet.addTenant("acme");
    await provisionTenant(fleet, "acme", "staging", TOKEN);
    staging = new Operator(fleet, "acme", "staging");
  });
  after(() => fleet.close());

  it("is made, deployed with, and missed when it is deleted", async () => {
    fleet.configure("acme", (config) => {
      config["bindings"] = {
        NOTES: { kind: "kv" },
        LEDGER: { kind: "d1" },
        UPLOADS: { kind: "r2" },
        FACES: { kind: "vectorize" },
        JOBS: { kind: "queue" },
      };
    });
    assert.match(await staging.fail("deploy", "--yes"), /of the binding NOTES[^]*fix: run :provision/);
    const made = await staging.succeed("provision", "--yes");
    for (const line of [/\+ KV namespace acme-staging-notes/, /\+ D1 database acme-staging-ledger/])
      assert.match(made, line);
    for (const line of [
      /\+ R2 bucket acme-staging-uploads/,
      /\+ Vectorize index acme-staging-faces/,
      /\+ queue acme-staging-jobs/,
    ])
      assert.match(made, line);
    const config = readFileSync(path.join(fleet.folder, "tenants/acme/tenant.config.json"), "utf8");
    assert.match(config, /"NOTES": \{[^}]*"staging": "[0-9a-f]{32}"[^]*"LEDGER": \{[^}]*"staging": "[0-9a-f-]{36}"/);
    fleet.build("acme");
    assert.match(await staging.succeed("provision", "--yes"), /everything is there/);
    await staging.succeed("deploy", "--yes", "--smoke", "boot");
    assert.match(await staging.succeed("drift"), /no drift/);
    fleet.api.state.buckets.delete(ACCOUNT, "acme-staging-uploads");
    const { code, output } = await staging.run("drift");
    assert.equal(code, 2, output);
    assert.match(output, /R2 bucket acme-staging-uploads, of the binding UPLOADS[^]*:provision makes it/);
    await staging.succeed("provision", "--yes");
    assert.match(await staging.succeed("drift"), /no drift/);
  });
});
