import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import {
  ACCOUNT,
  type CommandOptions,
  type CommandResult,
  createFleetWorkspace,
  type FleetWorkspace,
  TOKEN,
} from "#tests/fleet/fleet-workspace";
import { provisionTenant } from "#tests/fleet/provision-tenant";

/** In the order in which a reader would need them: each finds what the ones before have left. */
const RUNBOOKS = [
  ...["deploy", "credentials", "drift", "onboarding"],
  ...["incident", "model-outage", "noisy-tenant", "rollback"],
];

/** `tools/bazel run //tenants/acme:deploy -- --env staging` */
const TENANT_COMMAND = /^tools\/bazel run \/\/tenants\/([a-z-]+):([a-z.]+)(?: -- (.*))?$/;
const FLEET_COMMAND = /^tools\/bazel run \/\/(?:tools)?:([a-z_]+) -- (.*)$/;

describe("every command of the runbooks", () => {
  it("is run: no runbook is left out", () => {
    const files = readdirSync("docs/runbooks").filter((file) => file.endsWith(".md"));
    assert.deepEqual(files.sort(), RUNBOOKS.map((runbook) => `${runbook}.md`).sort());
  });

  let fleet: FleetWorkspace;
  let builds = 0;

  before(async () => {
    fleet = await createFleetWorkspace();
    for (const tenant of ["acme", "globex"]) {
      fleet.addTenant(tenant);
      writeFileSync(path.join(fleet.folder, "tenants", tenant, "BUILD.bazel"), `tenant(name = "${tenant}")\n`);
    }
    for (const environment of ["staging", "production"] as const) {
      await provisionTenant(fleet, "globex", environment, TOKEN);
    }
    await provisionTenant(fleet, "acme", "production", TOKEN);
  });
  after(() => fleet.close());

  const run = async (command: string): Promise<CommandResult | undefined> => {
    const [, tenant = "", program = "", given = ""] = TENANT_COMMAND.exec(command) ?? [];
    const [, forAll = "", arguments_ = ""] = FLEET_COMMAND.exec(command) ?? [];
    if (program === "golden.update") {
      fleet.build(tenant);
      return undefined;
    }
    if (needsNews(program, given)) fleet.build(tenant, `build ${++builds}`);
    if (program !== "") return fleet.run(program, tenant, words(given), endless(program));
    if (forAll !== "") return fleet.runAll(forAll.replaceAll("_", "-"), words(arguments_), { env: fleetEnv(fleet) });
    const { status, stderr } = spawnSync("sh", ["-ec", command], { cwd: fleet.folder, encoding: "utf8" });
    assert.equal(status, 0, `${command}\n${stderr}`);
    return undefined;
  };

  for (const runbook of RUNBOOKS) {
    const commands = commandsOf(readFileSync(`docs/runbooks/${runbook}.md`, "utf8"));
    it(`${runbook}.md: ${commands.length} commands`, async () => {
      assert.ok(commands.length > 0);
      // The runbook before this one has gone back to the first release; there must be a newer one to go back from.
      if (runbook === "rollback") await run("tools/bazel run //tenants/acme:deploy -- --env production --yes");
      for (const command of commands) {
        renew(fleet, command);
        const result = await run(command);
        if (result === undefined || command.includes(":tail")) continue;
        assert.equal(result.code, 0, `${command}\n${result.output}`);
        if (command.includes("--dry-run")) assert.ok(!/is live|deployed {2}/.test(result.output), result.output);
      }
    });
  }

  it("leaves nothing of a tenant that was let go, and all of the others", async () => {
    const { state } = fleet.api;
    const names = [
      ...state.namespaces.list(ACCOUNT).map(({ title }) => title),
      ...state.databases.list(ACCOUNT).map(({ name }) => name),
      ...state.scripts.list(ACCOUNT).map(({ name }) => name),
    ];
    assert.deepEqual(
      names.filter((name) => name.startsWith("initech")),
      [],
    );
    assert.ok(names.includes("acme-production") && names.includes("globex-production"));
    const manifest = readFileSync(path.join(fleet.folder, "initech-export/manifest.json"), "utf8");
    assert.match(manifest, /"d1\/documents.ndjson": \d+/);
    assert.equal((await fleet.ask("ai.initech.example", "/health")).status, 404);
    assert.equal((await fleet.ask("ai.acme.example", "/health")).status, 200);
  });
});

/** The commands in a runbook's blocks, one per line, without comments. */
function commandsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/```sh\n([^]*?)```/g)].map(([, block = ""]) => block);
  return blocks.flatMap((block) =>
    block
      .split("\n")
      .map((line) => line.replace(/ +#.*$/, "").trim())
      .filter((line) => line !== ""),
  );
}

/** A deploy of what is live already would do nothing, and a canary of it could not be. */
function needsNews(program: string, given: string): boolean {
  return program === "deploy" && !/--dry-run|--promote|--abort/.test(given);
}

/** Splits arguments as a shell does, and shortens the wait that a person takes. */
function words(text: string): string[] {
  const found = [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  return found.map((word, index) => (found[index - 1] === "--soak" ? "1" : word));
}

/** `:tail` goes on until somebody ends it. */
function endless(program: string): CommandOptions {
  if (program !== "tail") return {};
  return {
    onOutput: (text, child) => {
      if (text.includes("Connected")) child.kill("SIGTERM");
    },
  };
}

function fleetEnv({ folder }: FleetWorkspace): Record<string, string> {
  return { BUILD_WORKING_DIRECTORY: folder };
}

/** What a person does between two commands of a new tenant: other ids in its config, a build. */
function renew(fleet: FleetWorkspace, command: string): void {
  if (!existsSync(path.join(fleet.folder, "tenants/initech/tenant.config.json"))) return;
  if (!command.startsWith("tools/bazel test")) return;
  fleet.configure("initech", (config) => {
    const environments = config["environments"] as Record<string, { resources?: unknown }>;
    for (const environment of Object.values(environments)) delete environment.resources;
  });
}
