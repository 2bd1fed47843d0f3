import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import {
  ACCOUNT,
  type CommandResult,
  createFleetWorkspace,
  type FleetWorkspace,
  TOKEN,
} from "#tests/fleet/fleet-workspace";
import { Operator, versionAt } from "#tests/fleet/operator";

const HOST = "ai.acme.example";
const BRIEF = ["--yes", "--smoke", "boot"];

/** Steps as the commands print them when they begin one. */
const PROVISION_STEPS = ["kv", "database", "migrate", "index", "metadata-index", "gateway", "releases", "write-ids"];
const CREATION_STEPS = ["deploy at once", "smoke", "record"];
const UPDATE_STEPS = ["upload", "stage", "smoke", "promote", "verify", "record"];
const REPAIR_STEPS = ["upload", "stage", "smoke", "promote"];

describe("a command that is killed at any step", () => {
  let fleet: FleetWorkspace;
  let acme: Operator;

  before(async () => {
    fleet = await createFleetWorkspace();
    fleet.addTenant("acme");
    acme = new Operator(fleet, "acme", "production");
  });
  after(() => fleet.close());

  /** Runs a command and kills it as soon as it says that it begins a step. */
  const killAt = async (step: string, command: string, args: readonly string[]): Promise<CommandResult> => {
    const result = await acme.run(command, args, {
      onOutput: (text, child) => {
        if (new RegExp(`^${step} +…`, "m").test(text)) child.kill("SIGKILL");
      },
    });
    assert.equal(result.code, null, `${step}: ${result.output}`);
    return result;
  };

  for (const step of PROVISION_STEPS) {
    it(`provision, at ${step}: the next run goes on, and makes nothing twice`, async () => {
      await killAt(step, "provision", ["--yes"]);
      fleet.build("acme");
    });
  }

  it("provision is completed in the end, with one of each", async () => {
    await acme.succeed("provision", "--yes");
    fleet.build("acme");
    assert.match(await acme.succeed("provision", "--yes"), /everything is there/);
    const titles = fleet.api.state.namespaces.list(ACCOUNT).map(({ title }) => title);
    assert.deepEqual(titles, ["acme-production"]);
  });

  for (const step of CREATION_STEPS) {
    it(`the first deploy, at ${step}: the next one completes it`, async () => {
      await killAt(step, "deploy", BRIEF);
      const { status } = await fleet.ask(HOST, "/health");
      assert.ok(status === 404 || status === 200, String(status));
      if (step !== CREATION_STEPS.at(-1)) return;
      await acme.succeed("deploy", ...BRIEF);
      assert.match(await acme.succeed("drift"), /no drift/);
    });
  }

  for (const step of UPDATE_STEPS) {
    it(`a deploy, at ${step}: the users have one version, and the next one completes it`, async () => {
      const before = await versionAt(fleet, HOST);
      fleet.build("acme", `killed at ${step}`);
      await killAt(step, "deploy", BRIEF);
      const during = await versionAt(fleet, HOST);
      // The request that promotes may have left before the kill, and is not undone by it.
      if (["upload", "stage", "smoke"].includes(step)) assert.equal(during, before);
      await acme.succeed("deploy", ...BRIEF);
      assert.notEqual(await versionAt(fleet, HOST), before);
      assert.match(await acme.succeed("drift"), /no drift/);
    });
  }

  for (const step of REPAIR_STEPS) {
    it(`a repair, at ${step}: the next one completes it`, async () => {
      const script = `${fleet.api.apiUrl}/accounts/${ACCOUNT}/workers/scripts/acme-production`;
      const headers = { authorization: `Bearer ${TOKEN}` };
      const form = new FormData();
      form.set("settings", new Blob(['{"bindings":[{"name":"AI","type":"inherit"}]}'], { type: "application/json" }));
      assert.equal((await fetch(`${script}/settings`, { method: "PATCH", headers, body: form })).status, 200);
      await killAt(step, "drift", ["--repair", "--yes"]);
      assert.match(await acme.succeed("drift", "--repair", "--yes"), /no drift/);
      assert.equal((await fleet.ask(HOST, "/health")).status, 200);
    });
  }
});
