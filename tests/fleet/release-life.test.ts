import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { createFleetWorkspace, type FleetWorkspace, TOKEN } from "#tests/fleet/fleet-workspace";
import { assertHidden, createKey, Operator, versionAt } from "#tests/fleet/operator";

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

  it("deploys a second version, though it is killed once, and goes back; rows of Durable Objects stay", async () => {
    const first = await version();
    await chat("one");
    fleet.build("acme", "second");
    const killed = await acme.run("deploy", BRIEF, {
      onOutput: (text, child) => {
        if (/^smoke +…/m.test(text)) child.kill("SIGKILL");
      },
    });
    assert.equal(killed.code, null, killed.output);
    assert.equal(await version(), first);
    const { stdout, output } = await acme.run("deploy", [...BRIEF, "--json"]);
    assert.match(output, /uploaded already/);
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
    await acme.succeed("deploy", "--canary", "10", "--observe", "1", "--promote", ...BRIEF);
    assert.notEqual(await version(), stable);
    assert.match(await acme.succeed("drift"), /no drift/);
  });

  it("sets a secret that no output shows, and lists its name", async () => {
    const put = await acme.run("secrets", ["put", "SPEECH_KEY", "--yes"], { stdin: SECRET });
    assert.equal(put.code, 0, put.output);
    assert.match(await acme.succeed("secrets", "list"), /SPEECH_KEY {2}set, not in the config/);
    const drift = await acme.run("drift");
    assert.equal(drift.code, 2);
    assert.match(drift.output, /^1 finding:[^]*secret SPEECH_KEY/);
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
