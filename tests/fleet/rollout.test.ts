import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { FleetOfTenants, statusesOf } from "#tests/fleet/fleet-of-tenants";
import { ACCOUNT } from "#tests/fleet/fleet-workspace";
import { assertHidden, versionAt } from "#tests/fleet/operator";
import type { FleetSurvey } from "#tools/fleet/page/fleet-page-html";

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

  it("shows all of them on one page, which loads and runs nothing", async () => {
    const file = path.join(tenants.fleet.folder, "fleet.html");
    const { code, output } = await tenants.run("fleet-page", ["--out", file]);
    assert.equal(code, 0, output);
    assert.match(output, /read 3 of 3\n3 deployments: 1 with drift, 0 degraded, 0 not read whole\nwritten: /);
    const page = readFileSync(file, "utf8");
    for (const id of tenants.ids) assert.ok(page.includes(await versionAt(tenants.fleet, tenants.hostOf(id))), id);
    assert.equal(page.match(/by ops@example\.com/g)?.length, 3);
    assert.equal(page.match(/<span class="good">ok<\/span>/g)?.length, 3);
    assert.match(page, /1 found<[^]*release: expected r-/);
    assert.doesNotMatch(page, /<script|<link|src=|https?:/);
  });

  it("tells of one tenant what cannot be read, and of the others everything", async () => {
    const env = { CLOUDFLARE_API_TOKEN_T1: "wrong-token-of-somebody" };
    const { code, stdout } = await tenants.run("fleet-page", ["--json"], { env });
    assert.equal(code, 1);
    const { tenants: surveys } = JSON.parse(stdout) as FleetSurvey;
    const [first, second, third] = surveys.map(({ account }) => account);
    assert.ok(first !== undefined && "value" in first && first.value.findings.length === 0);
    assert.ok(second !== undefined && "error" in second);
    assert.match(second.error.why, /Cloudflare does not know the API token in CLOUDFLARE_API_TOKEN_T1/);
    assert.ok(third !== undefined && "value" in third && third.value.findings[0]?.kind === "release");
    assert.deepEqual(
      surveys.map(({ health }) => health),
      surveys.map(() => ({ value: { status: "ok", failing: [] } })),
    );
  });

  it("asks a measured tenant what it spent, with a key for its metrics that is gone afterwards", async () => {
    tenants.fleet.configure("t0", (config) => (config["insights"] = { enabled: true }));
    const { state } = tenants.fleet.api;
    const keysOf = (): string[] =>
      state.namespaces
        .list(ACCOUNT)
        .flatMap(({ id }) => state.kv.list(id, "", 1_000, undefined).keys.map(({ name }) => `${id} ${name}`));
    const before = keysOf();
    const made: string[] = [];
    const edge = createServer((request, response) => {
      const isCost = request.url === "/metrics/cost?period=24h" && request.headers.authorization !== undefined;
      if (isCost) made.push(...keysOf().filter((key) => !before.includes(key)));
      for (const key of isCost ? made : []) {
        const [namespace = "", name = ""] = key.split(" ");
        assert.match(String(state.kv.get(namespace, name)?.value), /"scopes":\["metrics"\]/);
      }
      const health = { status: "degraded", dependencies: [{ name: "d1", ok: false }] };
      response.end(JSON.stringify({ ok: true, data: isCost ? { totalUsd: 12.5 } : health, traceId: "t" }));
    });
    edge.listen(0, "127.0.0.1");
    await once(edge, "listening");
    const { port } = edge.address() as AddressInfo;
    const args = ["--only", "t0", "--connect-to", `http://127.0.0.1:${port}`, "--json"];
    const { stdout, output } = await tenants.run("fleet-page", args);
    const unasked = await tenants.run("fleet-page", [...args, "--no-spend"]);
    edge.close();
    const [survey] = (JSON.parse(stdout) as FleetSurvey).tenants;
    assert.deepEqual(survey?.spend, { value: 12.5 }, output);
    assert.deepEqual(survey.health, { value: { status: "degraded", failing: ["d1"] } });
    assert.equal(made.length, 1);
    assert.deepEqual(keysOf(), before);
    assert.equal((JSON.parse(unasked.stdout) as FleetSurvey).tenants[0]?.spend, undefined);
  });

  it("serves the page to this machine until it is stopped", async () => {
    const answers: Promise<Response>[] = [];
    const { output, code } = await tenants.run("fleet-page", ["--only", "t1"], {
      onOutput: (text, child) => {
        const url = /http:\S+/.exec(text)?.[0];
        if (url === undefined) return;
        answers.push(fetch(url), fetch(`${url}other`));
        void Promise.allSettled(answers).then(() => child.kill("SIGTERM"));
      },
    });
    assert.equal(code, 0, output);
    const [page, other] = await Promise.all(answers);
    assert.match(page?.headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'sha256-/);
    assert.equal(other?.status, 404);
  });

  it("shows no token, in any output or file", () => {
    assertHidden(tenants.fleet, tenants.outputs, tenants.tokens);
  });
});

function breakBundle({ fleet }: FleetOfTenants, tenant: string): void {
  const bundle = path.join(fleet.folder, `tenants/${tenant}/bundle.js`);
  writeFileSync(bundle, readFileSync(bundle, "utf8").replaceAll("unauthenticated", "welcome"));
}
