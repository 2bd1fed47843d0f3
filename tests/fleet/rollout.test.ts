import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { ACCOUNT, type CommandResult, createFleetWorkspace, type FleetWorkspace } from "#tests/fleet/fleet-workspace";
import { assertHidden, versionAt } from "#tests/fleet/operator";
import { provisionTenant } from "#tests/fleet/provision-tenant";

const ACCOUNTS = [ACCOUNT, "1".repeat(32), "2".repeat(32)];
const TENANTS = ["t0", "t1", "t2", "t3"];
const BRIEF = ["--env", "production", "--smoke", "boot", "--concurrency", "8"];

const accountOf = (tenant: string): string => ACCOUNTS[Number(tenant.slice(1)) % ACCOUNTS.length] ?? "";
const tokenOf = (account: string): string => `token-of-the-account-${account}`;
const hostOf = (tenant: string): string => `ai.${tenant}.example`;

interface Report {
  readonly ok: boolean;
  readonly tenants: readonly { readonly id: string; readonly status: string; readonly versionId?: string }[];
  readonly next: readonly string[];
}

describe("a fleet of tenants in three accounts", () => {
  let fleet: FleetWorkspace;
  const outputs: string[] = [];
  const tokens = Object.fromEntries(
    TENANTS.map((tenant) => [`CLOUDFLARE_API_TOKEN_${tenant.toUpperCase()}`, tokenOf(accountOf(tenant))]),
  );
  const runAll = async (command: string, args: readonly string[], onOutput?: OnOutput): Promise<CommandResult> => {
    const env = { ...tokens, CLOUDFLARE_API_TOKEN: "" };
    const result = await fleet.runAll(command, args, { env, ...(onOutput === undefined ? {} : { onOutput }) });
    outputs.push(result.output);
    return result;
  };
  const deployAll = async (
    ...args: readonly string[]
  ): Promise<{ code: number | null; output: string; report: Report }> => {
    const { code, output, stdout } = await runAll("deploy-all", [...BRIEF, ...args, "--yes", "--json"]);
    return { code, output, report: JSON.parse(stdout) as Report };
  };
  const statuses = ({ tenants }: Report): string[] => tenants.map(({ status }) => status);

  before(async () => {
    fleet = await createFleetWorkspace({
      tokens: ACCOUNTS.map((account) => ({
        token: tokenOf(account),
        accounts: [account],
        email: "ops@example.com",
        permissions: "all" as const,
      })),
    });
    for (const tenant of TENANTS) {
      fleet.addTenant(tenant, accountOf(tenant));
      await provisionTenant(fleet, tenant, "production", tokenOf(accountOf(tenant)));
    }
  });
  after(() => fleet.close());

  it("shows every plan, and does nothing without --yes", async () => {
    const { code, output } = await runAll("deploy-all", [...BRIEF, "--waves", "1,1,all", "--dry-run"]);
    assert.equal(code, 0, output);
    assert.match(output, /t0\n {2}\+ Worker t0-production[^]*t3\n[^]*waves: 1, 1, 2/);
    const asked = await runAll("deploy-all", [...BRIEF, "--only", "t0"]);
    assert.equal(asked.code, 1);
    assert.match(asked.output, /nothing was done/);
    assert.equal((await fleet.ask(hostOf("t0"), "/health")).status, 404);
  });

  it("stops at the first bad wave, and says how to go on", async () => {
    breakBundle(fleet, "t1");
    const { code, output, report } = await deployAll("--waves", "1,1,all", "--soak", "0");
    assert.equal(code, 1, output);
    assert.deepEqual(statuses(report), ["deployed", "failed", "waiting", "waiting"]);
    assert.match(output, /wave 2 of 3[^]*t1 +failed[^]*why: .*refuses a caller without a valid key/);
    assert.match(report.next.join("\n"), /--only t1 [^]*--resume/);
    assert.equal((await fleet.ask(hostOf("t2"), "/health")).status, 404);
  });

  it("resumes where it stopped, though one call in ten goes wrong; the report is exact", async () => {
    fleet.build("t1");
    for (const kind of ["refuse", "lose", "cut"] as const) fleet.api.faults.add({ kind, share: 0.033, status: 503 });
    let { report, output } = await deployAll("--resume");
    fleet.api.faults.clear();
    for (const { id, status, versionId } of report.tenants) {
      if (status === "deployed") assert.equal(await versionAt(fleet, hostOf(id)), versionId, id);
    }
    if (!report.ok) {
      assert.match(report.next.join("\n"), /--only|--resume/, output);
      ({ report, output } = await deployAll("--resume"));
    }
    assert.deepEqual([report.ok, report.next], [true, []], output);
    assert.deepEqual(new Set(statuses(report)), new Set(["deployed"]));
  });

  it("finds no drift anywhere, deploys nothing twice, and does not write to do so", async () => {
    const before = fleet.api.calls.length;
    const { code, report } = await deployAll();
    assert.deepEqual([code, ...statuses(report)], [0, ...TENANTS.map(() => "unchanged")]);
    const drift = await runAll("drift-all", ["--env", "production"]);
    assert.equal(drift.code, 0, drift.output);
    assert.match(drift.output, /4 the same, 0 with drift, 0 not compared/);
    const writes = fleet.api.calls
      .slice(before)
      .filter(({ method, path: called }) => method !== "GET" && !called.endsWith("/query"));
    assert.deepEqual(writes, []);
  });

  it("ends with 2 for drift alone: a tenant that cannot be compared is a failure", async () => {
    fleet.build("t2", "newer");
    const drift = await runAll("drift-all", ["--env", "production", "--json"]);
    assert.equal(drift.code, 2, drift.output);
    const { tenants } = JSON.parse(drift.stdout) as { tenants: { id: string; findings: { kind: string }[] }[] };
    assert.deepEqual(
      tenants.map(({ id, findings }) => [id, ...findings.map(({ kind }) => kind)]),
      [["t0"], ["t1"], ["t2", "release"], ["t3"]],
    );
    assert.equal((await runAll("drift-all", ["--env", "nowhere"])).code, 1);
    assert.equal((await runAll("drift-all", ["--env", "production", "--only", "t9"])).code, 1);
    const env = { ...tokens, CLOUDFLARE_API_TOKEN_T3: "wrong-token-of-somebody" };
    const failed = await fleet.runAll("drift-all", ["--env", "production"], { env });
    assert.equal(failed.code, 1);
    assert.match(
      failed.output,
      /not compared: t3\n {2}why: Cloudflare does not know the API token in CLOUDFLARE_API_TOKEN_T3/,
    );
  });

  it("is interrupted without harm: nobody is half done, and --resume completes it", async () => {
    for (const tenant of TENANTS) fleet.build(tenant, "second");
    const before = await Promise.all(TENANTS.map((tenant) => versionAt(fleet, hostOf(tenant))));
    const interrupt: OnOutput = (text, child) => {
      if (/t0 +deployed/.test(text)) child.kill("SIGINT");
    };
    const args = ["--env", "production", "--smoke", "boot", "--concurrency", "1", "--yes"];
    const { code, output } = await runAll("deploy-all", args, interrupt);
    assert.equal(code, 130, output);
    assert.match(output, /stopping: no further tenant[^]*to go on with all that is left: .*--resume/);
    const after = await Promise.all(TENANTS.map((tenant) => versionAt(fleet, hostOf(tenant))));
    assert.notEqual(after[0], before[0]);
    assert.deepEqual(after.slice(2), before.slice(2));
    const { code: resumed, report } = await deployAll("--resume");
    assert.deepEqual([resumed, report.ok], [0, true]);
    const done = await Promise.all(TENANTS.map((tenant) => versionAt(fleet, hostOf(tenant))));
    assert.ok(done.every((version, index) => version !== before[index]));
  });

  it("shows no token, in any output or file", () => {
    assertHidden(fleet, outputs, ACCOUNTS.map(tokenOf));
  });
});

type OnOutput = NonNullable<NonNullable<Parameters<FleetWorkspace["runAll"]>[2]>["onOutput"]>;

function breakBundle(fleet: FleetWorkspace, tenant: string): void {
  const bundle = path.join(fleet.folder, `tenants/${tenant}/bundle.js`);
  writeFileSync(bundle, readFileSync(bundle, "utf8").replaceAll("unauthenticated", "welcome"));
}
