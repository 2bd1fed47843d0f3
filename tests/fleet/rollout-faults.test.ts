import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { FleetOfTenants, type Report } from "#tests/fleet/fleet-of-tenants";
import { assertHidden, versionAt } from "#tests/fleet/operator";

/** How many tenants; more of them prove the same, and take longer. */
const COUNT = Number(process.env["FLEET_TENANTS"] ?? 6);
/** Runs until everybody has the release: the first one, and what its printed commands begin. */
const MAX_RUNS = 6;

describe(`${COUNT} tenants while one call in ten goes wrong`, () => {
  let tenants: FleetOfTenants;
  const versions = async (): Promise<string[]> => {
    const found: string[] = [];
    // One after the other: each may have to start in the edge.
    for (const id of tenants.ids) found.push(await versionAt(tenants.fleet, tenants.hostOf(id)));
    return found;
  };

  before(async () => {
    tenants = await FleetOfTenants.create(COUNT);
  });
  after(() => tenants.fleet.close());

  it("deploys them eight at a time: the report is exact, and its commands complete what failed", async () => {
    const { faults } = tenants.fleet.api;
    for (const kind of ["refuse", "lose", "cut"] as const) faults.add({ kind, share: 0.1 / 3, status: 503 });
    let { report, output } = await tenants.deploy("--continue-on-error");
    for (let runs = 1; !report.ok; runs += 1) {
      assert.ok(runs < MAX_RUNS, output);
      await assertExact(tenants, report);
      const [command = ""] = report.next;
      const only = /--only (\S+)/.exec(command)?.[1];
      assert.ok(only !== undefined || command.includes("--resume"), command);
      const args = only === undefined ? ["--resume"] : ["--only", only];
      ({ report, output } = await tenants.deploy("--continue-on-error", ...args));
    }
    faults.clear();
    const { code, report: last } = await tenants.deploy();
    assert.deepEqual([code, new Set(last.tenants.map(({ status }) => status))], [0, new Set(["unchanged"])]);
    await assertExact(tenants, last);
  });

  it("is interrupted without harm: nobody is half done, and --resume completes it", async () => {
    for (const id of tenants.ids) tenants.fleet.build(id, "second");
    const before = await versions();
    const { code, output } = await tenants.run("deploy-all", ["--smoke", "boot", "--concurrency", "1", "--yes"], {
      onOutput: (text, child) => {
        if (/t0 +deployed/.test(text)) child.kill("SIGINT");
      },
    });
    assert.equal(code, 130, output);
    assert.match(output, /stopping: no further tenant[^]*to go on with all that is left: .*--resume/);
    const after = await versions();
    assert.notEqual(after[0], before[0]);
    assert.deepEqual(after.slice(2), before.slice(2));
    const { code: resumed, report } = await tenants.deploy("--resume");
    assert.deepEqual([resumed, report.ok], [0, true]);
    assert.ok((await versions()).every((version, index) => version !== before[index]));
  });

  it("shows no token, in any output or file", () => {
    assertHidden(tenants.fleet, tenants.outputs, tenants.tokens);
  });
});

/** Whoever is said to have the release answers with the version that is named, and nobody is left without an answer. */
async function assertExact(all: FleetOfTenants, { tenants }: Report): Promise<void> {
  for (const { id, status, versionId } of tenants) {
    const hostname = all.hostOf(id);
    if (status === "deployed" || status === "unchanged") {
      assert.equal(await versionAt(all.fleet, hostname), versionId, id);
    } else {
      assert.ok([200, 404].includes((await all.fleet.ask(hostname, "/health")).status), id);
    }
  }
}
