import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { FleetOfTenants, statusesOf } from "#tests/fleet/fleet-of-tenants";
import { assertHidden, versionAt } from "#tests/fleet/operator";

describe("three tenants in three accounts", () => {
  let tenants: FleetOfTenants;

  before(async () => {
    tenants = await FleetOfTenants.create(3);
  });
  after(() => tenants.fleet.close());

  it("shows every plan, and does nothing without --yes", async () => {
    const { code, output } = await tenants.run("deploy-all", ["--waves", "1,1,all", "--dry-run"]);
    assert.equal(code, 0, output);
    assert.match(output, /t0\n {2}\+ Worker t0-production[^]*t2\n[^]*waves: 1, 1, 1/);
    const asked = await tenants.run("deploy-all", ["--only", "t0"]);
    assert.equal(asked.code, 1);
    assert.match(asked.output, /nothing was done/);
    assert.equal((await tenants.fleet.ask(tenants.hostOf("t0"), "/health")).status, 404);
  });

  it("stops at the first bad wave, and says how to go on", async () => {
    breakBundle(tenants, "t1");
    const { code, output, report } = await tenants.deploy("--waves", "1,1,all");
    assert.equal(code, 1, output);
    assert.deepEqual(statusesOf(report), ["deployed", "failed", "waiting"]);
    assert.match(output, /wave 2 of 3[^]*t1 +failed[^]*why: .*refuses a caller without a valid key/);
    assert.match(report.next.join("\n"), /--only t1 [^]*--resume/);
    assert.equal((await tenants.fleet.ask(tenants.hostOf("t2"), "/health")).status, 404);
  });

  it("resumes where it stopped; the report is exact", async () => {
    tenants.fleet.build("t1");
    const { report, output } = await tenants.deploy("--resume");
    assert.deepEqual([report.ok, report.next], [true, []], output);
    assert.deepEqual(statusesOf(report), ["deployed", "deployed", "deployed"]);
    for (const { id, versionId } of report.tenants) {
      assert.equal(await versionAt(tenants.fleet, tenants.hostOf(id)), versionId, id);
    }
  });

  it("finds no drift anywhere, deploys nothing twice, and does not write to do so", async () => {
    const { calls } = tenants.fleet.api;
    const before = calls.length;
    const { code, report } = await tenants.deploy();
    assert.deepEqual([code, ...statusesOf(report)], [0, "unchanged", "unchanged", "unchanged"]);
    const drift = await tenants.run("drift-all", []);
    assert.equal(drift.code, 0, drift.output);
    assert.match(drift.output, /3 the same, 0 with drift, 0 not compared/);
    const writes = calls.slice(before).filter(({ method, path: to }) => method !== "GET" && !to.endsWith("/query"));
    assert.deepEqual(writes, []);
  });

  it("ends with 2 for drift alone: a tenant that cannot be compared is a failure", async () => {
    tenants.fleet.build("t2", "newer");
    const drift = await tenants.run("drift-all", ["--json"]);
    assert.equal(drift.code, 2, drift.output);
    const report = JSON.parse(drift.stdout) as { tenants: { id: string; findings: { kind: string }[] }[] };
    const found = report.tenants.map(({ id, findings }) => [id, ...findings.map(({ kind }) => kind)]);
    assert.deepEqual(found, [["t0"], ["t1"], ["t2", "release"]]);
    assert.equal((await tenants.run("drift-all", ["--only", "t9"])).code, 1);
    const failed = await tenants.run("drift-all", [], { env: { CLOUDFLARE_API_TOKEN_T1: "wrong-token-of-somebody" } });
    assert.equal(failed.code, 1);
    assert.match(failed.output, /not compared: t1\n {2}why: Cloudflare does not know the API token in CLOUDFLARE_API_/);
  });

  it("shows no token, in any output or file", () => {
    assertHidden(tenants.fleet, tenants.outputs, tenants.tokens);
  });
});

function breakBundle({ fleet }: FleetOfTenants, tenant: string): void {
  const bundle = path.join(fleet.folder, `tenants/${tenant}/bundle.js`);
  writeFileSync(bundle, readFileSync(bundle, "utf8").replaceAll("unauthenticated", "welcome"));
}
