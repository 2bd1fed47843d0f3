import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { createFleetWorkspace, type FleetWorkspace, TOKEN } from "#tests/fleet/fleet-workspace";
import { assertHidden, Operator } from "#tests/fleet/operator";

const HOSTS = { staging: "ai.staging.acme.example", production: "ai.acme.example" };

describe("from nothing to a served tenant", () => {
  let fleet: FleetWorkspace;
  let staging: Operator;
  let production: Operator;
  const writes = (since = 0): string[] =>
    fleet.api.calls
      .slice(since)
      .filter(({ method, path: called }) => method !== "GET" && !called.endsWith("/query"))
      .map(({ method, path: called }) => `${method} ${called}`);

  before(async () => {
    fleet = await createFleetWorkspace();
    fleet.addTenant("acme");
    staging = new Operator(fleet, "acme", "staging");
    production = new Operator(fleet, "acme", "production");
  });
  after(() => fleet.close());

  it("refuses to deploy before it was provisioned, and says what to do", async () => {
    assert.match(await staging.fail("deploy", "--yes"), /fix: run :provision/);
  });

  it("provisions: plan, act, comments kept, and nothing the second time", async () => {
    assert.match(await staging.fail("provision"), /\+ KV namespace acme-staging[^]*nothing was done[^]*--yes/);
    assert.match(await staging.succeed("provision", "--dry-run"), /\+ KV namespace acme-staging/);
    assert.deepEqual(writes(), []);
    for (const operator of [staging, production]) await operator.succeed("provision", "--yes");
    const config = readFileSync(path.join(fleet.folder, "tenants/acme/tenant.config.json"), "utf8");
    assert.match(config, /\/\/ acme, made for a test/);
    assert.equal(config.match(/"kvNamespaceId": "[0-9a-f]{32}"/g)?.length, 2);
    fleet.build("acme");
    assert.match(await staging.succeed("provision", "--yes"), /everything is there/);
  });

  it("deploys to staging, checks it there, and the edge answers", async () => {
    assert.match(await staging.succeed("deploy", "--dry-run"), /\+ Worker acme-staging/);
    assert.equal((await fleet.ask(HOSTS.staging, "/health")).status, 404);
    const output = await staging.succeed("deploy", "--yes", "--message", "the first");
    assert.match(output, /✓ finds an ingested document[^]*✓ streams a chat[^]*is live/);
    assert.equal((await fleet.ask(HOSTS.staging, "/health")).status, 200);
    assert.equal((await fleet.ask(HOSTS.production, "/health")).status, 404);
    assert.match(await staging.succeed("smoke"), /all \d+ checks passed/);
  });

  it("deploys to production, and finds no drift right after", async () => {
    await production.succeed("deploy", "--yes", "--smoke", "boot");
    assert.equal((await fleet.ask(HOSTS.production, "/health")).status, 200);
    assert.match(await production.succeed("drift"), /no drift/);
  });

  it("does nothing the second time, on whatever machine", async () => {
    const before = fleet.api.calls.length;
    assert.match(await production.succeed("deploy", "--yes"), /nothing to do/);
    assert.deepEqual(writes(before), []);
    assert.match(await production.succeed("rollback", "--list"), /r-[0-9a-f]{20} .* live .*ops@example\.com/);
  });

  it("says that what is not there cannot be checked", async () => {
    fleet.addTenant("globex");
    const { code, output } = await fleet.run("smoke", "globex", ["--env", "production"]);
    assert.equal(code, 1);
    assert.match(output, /not provisioned/);
  });

  it("shows the token in no output or file", () => {
    assertHidden(fleet, [...staging.outputs, ...production.outputs], [TOKEN]);
  });
});
