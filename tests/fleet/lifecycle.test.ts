import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import {
  ACCOUNT,
  type CommandResult,
  createFleetWorkspace,
  type FleetWorkspace,
  TOKEN,
} from "#tests/fleet/fleet-workspace";
import { createKey } from "#tests/fleet/operator";
import { provisionTenant } from "#tests/fleet/provision-tenant";

/** More rows than the API is asked for at once. */
const SESSIONS = 501;

describe("the end of a tenant", () => {
  let fleet: FleetWorkspace;
  const tenant = (...args: readonly string[]): Promise<CommandResult> =>
    fleet.runAll("tenant", args, { env: { BUILD_WORKING_DIRECTORY: fleet.folder } });
  const namesLeft = (): string[] => {
    const { namespaces, databases } = fleet.api.state;
    return [...namespaces.list(ACCOUNT).map(({ title }) => title), ...databases.list(ACCOUNT).map(({ name }) => name)];
  };
  const read = (file: string): string => readFileSync(path.join(fleet.folder, file), "utf8");

  before(async () => {
    fleet = await createFleetWorkspace();
    for (const id of ["acme", "globex"]) {
      fleet.addTenant(id);
      addBindings(fleet, id);
      await provisionTenant(fleet, id, "production", TOKEN);
      await createKey(fleet, id, "production");
    }
    await addSessions(fleet, "acme", SESSIONS);
    // As in a pool: rows of another tenant in the same database.
    await addSessions(fleet, "acme-2", 3);
  });
  after(() => fleet.close());

  it("is disabled in its config, comments kept, and only with --yes", async () => {
    assert.equal((await tenant("disable", "acme")).code, 1);
    assert.ok(!read("tenants/acme/tenant.config.json").includes("enabled"));
    const { code, output } = await tenant("disable", "acme", "--yes");
    assert.equal(code, 0, output);
    assert.match(read("tenants/acme/tenant.config.json"), /\/\/ acme, made for a test[^]*"enabled": false/);
    assert.match((await tenant("disable", "acme", "--yes")).output, /nothing to do/);
  });

  it("is exported: all of its rows and values, and nobody else's", async () => {
    const { code, output } = await tenant("export", "acme", "--env", "production", "--to", "out");
    assert.equal(code, 0, output);
    const rows = read("out/d1/sessions.ndjson").trim().split("\n");
    const tenants = rows.map((row) => (JSON.parse(row) as { tenant_id: string }).tenant_id);
    assert.deepEqual([rows.length, new Set(rows).size, new Set(tenants)], [SESSIONS, SESSIONS, new Set(["acme"])]);
    assert.match(read("out/kv.ndjson"), /^\{"key":"acme:api-key:/);
    const { files } = JSON.parse(read("out/manifest.json")) as { files: Record<string, number> };
    assert.equal(files["d1/sessions.ndjson"], SESSIONS);
    assert.match(output, /not exported: messages of sessions/);
    const again = await tenant("export", "acme", "--env", "production", "--to", "out");
    assert.equal(again.code, 1);
    assert.match(again.output, /is not empty/);
  });

  it("is removed only when that is said twice", async () => {
    const before = namesLeft();
    for (const args of [["--dry-run"], ["--yes"], ["--yes", "--confirm", "globex"], ["--confirm", "acme"]]) {
      const { code, output } = await tenant("remove", "acme", "--env", "production", ...args);
      assert.equal(code, args[0] === "--dry-run" ? 0 : 1, output);
      assert.match(output, /- KV namespace acme-production/);
    }
    assert.deepEqual(namesLeft(), before);
    assert.equal((await tenant("remove", "../acme", "--env", "production")).code, 2);
  });

  it("is removed without a rest, also when a call went wrong, and the others are left", async () => {
    fleet.api.faults.add({ kind: "refuse", match: /^DELETE .*d1/, status: 403, times: 1 });
    const first = await tenant("remove", "acme", "--env", "production", "--yes", "--confirm", "acme");
    assert.equal(first.code, 1, first.output);
    const second = await tenant("remove", "acme", "--env", "production", "--yes", "--confirm", "acme");
    assert.equal(second.code, 0, second.output);
    assert.deepEqual(namesLeft().toSorted(), [
      "globex-production",
      "globex-production",
      "globex-production-notes",
      "platform-releases",
    ]);
    assert.deepEqual(
      fleet.api.state.buckets.list(ACCOUNT).map(({ name }) => name),
      ["globex-production-uploads"],
    );
    assert.match((await tenant("remove", "acme", "--env", "production")).output, /nothing is left/);
  });

  it("says what it does not know", async () => {
    for (const args of [[], ["disable"], ["disable", "nobody"], ["forget", "acme"], ["disable", "acme", "globex"]]) {
      const { code, output } = await tenant(...args);
      assert.equal(code, 2, output);
    }
  });
});

/** Bindings of the tenant's own, into its config as a person writes them. */
function addBindings(fleet: FleetWorkspace, id: string): void {
  const file = path.join(fleet.folder, "tenants", id, "tenant.config.json");
  const bindings = { NOTES: { kind: "kv" }, UPLOADS: { kind: "r2" } };
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace('"environments"', `"bindings":${JSON.stringify(bindings)},"environments"`));
  fleet.build(id);
}

async function addSessions({ api }: FleetWorkspace, tenantId: string, count: number): Promise<void> {
  const database = api.state.databases.list(ACCOUNT).find(({ name }) => name === "acme-production");
  const sql = `INSERT INTO sessions (tenant_id, session_id, principal_id, message_count, created_at, updated_at)
    SELECT ?1, 's' || value, 'p', 0, 1, 1 FROM json_each(?2)`;
  const answer = await fetch(`${api.apiUrl}/accounts/${ACCOUNT}/d1/database/${database?.uuid ?? ""}/query`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ sql, params: [tenantId, JSON.stringify(Array.from({ length: count }, (_, id) => id))] }),
  });
  assert.equal(answer.status, 200, await answer.text());
}
