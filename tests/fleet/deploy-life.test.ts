import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { ACCOUNT, createFleetWorkspace, type FleetWorkspace, TOKEN } from "#tests/fleet/fleet-workspace";
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

  it("finds what somebody changed in the dashboard, and repairs it", async () => {
    await editInDashboard(fleet, "acme-production");
    const { code, output } = await production.run("drift");
    assert.equal(code, 2, output);
    assert.match(output, /binding VECTORS\n +expected: vectorize[^]*found: +not there[^]*workers_dev/);
    assert.match(await production.fail("deploy", "--yes"), /changed outside|not deployed from here/);
    assert.equal((await production.run("drift", ["--repair", "--dry-run"])).code, 2);
    assert.match(await production.succeed("drift", "--repair", "--yes"), /no drift/);
    assert.equal((await fleet.ask(HOSTS.production, "/health")).status, 200);
  });

  it("shows requests as they happen, until it is told to end", async () => {
    const asked = { requests: 0 };
    const result = await production.run("tail", [], {
      onOutput: (text, child) => {
        if (text.includes("Connected") && asked.requests++ === 0) void fleet.ask(HOSTS.production, "/health");
        if (/GET .*\/health/.test(text)) child.kill("SIGTERM");
      },
    });
    assert.match(result.output, /GET .*\/health.* - Ok/);
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

/** Takes the binding of the vectors away and opens the Worker's address below workers.dev. */
async function editInDashboard({ api }: FleetWorkspace, worker: string): Promise<void> {
  const script = `${api.apiUrl}/accounts/${ACCOUNT}/workers/scripts/${worker}`;
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answer: unknown = await (await fetch(`${script}/settings`, { headers })).json();
  const { result } = answer as { result: { bindings: { name: string }[] } };
  const bindings = result.bindings.filter(({ name }) => name !== "VECTORS");
  const form = new FormData();
  const inherited = bindings.map(({ name }) => ({ name, type: "inherit" }));
  form.set("settings", new Blob([JSON.stringify({ bindings: inherited })], { type: "application/json" }));
  const patched = await fetch(`${script}/settings`, { method: "PATCH", headers, body: form });
  const opened = await fetch(`${script}/subdomain`, { method: "POST", headers, body: '{"enabled":true}' });
  assert.deepEqual([patched.status, opened.status], [200, 200]);
}
