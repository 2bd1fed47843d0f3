import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { createFleetWorkspace, type FleetWorkspace, TOKEN } from "#tests/fleet/fleet-workspace";
import { assertHidden, createKey, Operator, versionAt, watchVersions } from "#tests/fleet/operator";

const HOST = "ai.acme.example";
const SECRET = "the text of a secret that nobody may see";
/** Checks that need neither model nor documents: how much is checked is not what is tested here. */
const BRIEF = ["--yes", "--smoke", "boot"];

describe("the releases of a tenant", () => {
  let fleet: FleetWorkspace;
  let acme: Operator;
  let key: string;
  const version = (): Promise<string> => versionAt(fleet, HOST);
  const chat = async (message: string): Promise<void> => {
    const body = JSON.stringify({ sessionId: "s1", message, stream: false });
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const { status, text } = await fleet.ask(HOST, "/chat", { method: "POST", headers, body });
    assert.equal(status, 200, text);
  };
  const history = async (): Promise<number> => {
    const { text } = await fleet.ask(HOST, "/chat/s1/history", { headers: { authorization: `Bearer ${key}` } });
    return (JSON.parse(text) as { data: { messages: unknown[] } }).data.messages.length;
  };

  before(async () => {
    fleet = await createFleetWorkspace();
    fleet.addTenant("acme");
    acme = new Operator(fleet, "acme", "production");
    await acme.succeed("provision", "--yes");
    fleet.build("acme");
    await acme.succeed("deploy", ...BRIEF);
    key = await createKey(fleet, "acme", "production");
  });
  after(() => fleet.close());

  it("deploys a second version and goes back; rows of Durable Objects stay", async () => {
    const first = await version();
    await chat("one");
    fleet.build("acme", "second");
    const { stdout } = await acme.run("deploy", [...BRIEF, "--json"]);
    assert.equal(await version(), (JSON.parse(stdout) as { versionId: string }).versionId);
    await chat("two");
    assert.equal(await history(), 4);
    assert.match(await acme.succeed("rollback", "--yes"), /stays as it is: data/);
    assert.equal(await version(), first);
    assert.equal(await history(), 4);
    assert.equal((await acme.run("drift")).code, 2);
    assert.match(await acme.succeed("rollback", "--list"), /live[^]*withdrawn/);
  });

  it("gives a canary its share, and no other deploy in between", async () => {
    const stable = await version();
    await acme.succeed("deploy", "--canary", "40", ...BRIEF);
    assert.equal((await versionsSeen(fleet)).size, 2);
    assert.match(await acme.fail("deploy", "--yes"), /canary is in progress/);
    await acme.succeed("deploy", "--abort", "--yes");
    assert.equal(await version(), stable);
    fleet.build("acme", "third");
    await acme.succeed("deploy", "--canary", "10", "--observe", "1", "--promote", ...BRIEF);
    assert.notEqual(await version(), stable);
    assert.match(await acme.succeed("drift"), /no drift/);
  });

  it("takes the traffic back when a new version fails its checks, and no user sees it", async () => {
    const stable = await version();
    fleet.build("acme", "broken");
    rewriteBundle(fleet, "acme", (code) => code.replaceAll("unauthenticated", "welcome"));
    const watching = watchVersions(fleet, HOST);
    const output = await acme.fail("deploy", ...BRIEF);
    assert.deepEqual(await watching.stop(), [stable]);
    assert.match(output, /✗ refuses a caller without a valid key[^]*no user has seen the new version/);
    fleet.build("acme", "third");
    assert.match(await acme.succeed("drift"), /no drift/);
  });

  it("aborts a canary that is bad in a way that the checks did not find", async () => {
    const stable = await version();
    fleet.build("acme", "ill");
    rewriteBundle(
      fleet,
      "acme",
      (code) => `${code.replace(/(\w+) as default/, "__ill as default")}
const __ill = { fetch: (request, env, context) => new URL(request.url).search.includes("deep")
  ? new Response("", { status: 500 }) : ${/(\w+) as default/.exec(code)?.[1] ?? ""}.fetch(request, env, context) };`,
    );
    const output = await acme.fail("deploy", "--canary", "10", "--observe", "60", "--promote", ...BRIEF);
    assert.match(output, /bad canary: 3 of 3 health checks failed\naborted/);
    assert.equal(await version(), stable);
    fleet.build("acme", "third");
    assert.match(await acme.succeed("drift"), /no drift/);
  });

  it("sets a secret that no output shows, and lists its name", async () => {
    const put = await acme.run("secrets", ["put", "SPEECH_KEY", "--yes"], { stdin: SECRET });
    assert.equal(put.code, 0, put.output);
    assert.match(await acme.succeed("secrets", "list"), /SPEECH_KEY {2}set, not in the config/);
    assert.equal((await acme.run("drift")).code, 2);
    fleet.configure("acme", (config) => (config["secrets"] = ["SPEECH_KEY"]));
    fleet.build("acme", "third");
    await acme.succeed("deploy", ...BRIEF);
    assert.match(await acme.succeed("drift"), /no drift/);
  });

  it("shows neither token nor secret nor key, in any output or file", () => {
    assertHidden(fleet, acme.outputs, [TOKEN, SECRET, key]);
  });
});

/** Asks until both versions of a canary have answered, or that is next to impossible. */
async function versionsSeen(fleet: FleetWorkspace): Promise<Set<string>> {
  const seen = new Set<string>();
  for (let asked = 0; asked < 40 && seen.size < 2; asked += 1) {
    seen.add(await versionAt(fleet, HOST));
    await sleep(250);
  }
  return seen;
}

function rewriteBundle({ folder }: FleetWorkspace, tenant: string, change: (code: string) => string): void {
  const bundle = path.join(folder, `tenants/${tenant}/bundle.js`);
  writeFileSync(bundle, change(readFileSync(bundle, "utf8")));
}
