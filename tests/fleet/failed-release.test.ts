import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { createFleetWorkspace, type FleetWorkspace } from "#tests/fleet/fleet-workspace";
import { Operator, versionAt, watchVersions } from "#tests/fleet/operator";

const HOST = "ai.acme.example";
const BRIEF = ["--yes", "--smoke", "boot"];

describe("a release that is bad", () => {
  let fleet: FleetWorkspace;
  let acme: Operator;
  const version = (): Promise<string> => versionAt(fleet, HOST);

  before(async () => {
    fleet = await createFleetWorkspace();
    fleet.addTenant("acme");
    acme = new Operator(fleet, "acme", "production");
    await acme.succeed("provision", "--yes");
    fleet.build("acme");
    await acme.succeed("deploy", ...BRIEF);
  });
  after(() => fleet.close());

  it("takes the traffic back when a new version fails its checks, and no user sees it", async () => {
    const stable = await version();
    fleet.build("acme", "broken");
    rewriteBundle(fleet, "acme", (code) => code.replaceAll("unauthenticated", "welcome"));
    const watching = watchVersions(fleet, HOST);
    const output = await acme.fail("deploy", ...BRIEF);
    assert.deepEqual(await watching.stop(), [stable]);
    assert.match(output, /✗ refuses a caller without a valid key[^]*no user has seen the new version/);
    fleet.build("acme");
    assert.match(await acme.succeed("drift"), /no drift/);
  });

  it("aborts a canary that is bad in a way that the checks did not find", async () => {
    const stable = await version();
    fleet.build("acme", "ill");
    rewriteBundle(fleet, "acme", failsWhere('new URL(request.url).search.includes("deep")'));
    const output = await acme.fail("deploy", "--canary", "10", "--observe", "60", "--promote", ...BRIEF);
    assert.match(output, /bad canary: 3 of 3 health checks failed\naborted/);
    assert.equal(await version(), stable);
    fleet.build("acme");
    assert.match(await acme.succeed("drift"), /no drift/);
  });

  it("aborts a canary that is well, and fails its users", async () => {
    const stable = await version();
    fleet.build("acme", "worse");
    rewriteBundle(fleet, "acme", failsWhere('new URL(request.url).pathname === "/documents"'));
    const end = new AbortController();
    const users = useUntil(end.signal, fleet);
    const output = await acme.fail("deploy", "--canary", "50", "--observe", "120", "--promote", ...BRIEF);
    end.abort();
    await users;
    assert.match(output, /bad canary: \d+ of \d+ requests failed \(\d+\.\d %, against 0\.0 %\)\naborted/);
    assert.equal(await version(), stable);
    fleet.build("acme");
    assert.match(await acme.succeed("drift"), /no drift/);
  });

  it("does not stand in the way of a secret, and is not made live by it", async () => {
    const put = await acme.run("secrets", ["put", "SPEECH_KEY", "--yes"], { stdin: "the text of the secret" });
    assert.equal(put.code, 0, put.output);
    fleet.configure("acme", (config) => (config["secrets"] = ["SPEECH_KEY"]));
    await acme.succeed("deploy", ...BRIEF);
    assert.match(await acme.succeed("drift"), /no drift/);
  });
});

/** Asks, one request after the other, until the signal. */
async function useUntil(signal: AbortSignal, fleet: FleetWorkspace): Promise<void> {
  while (!signal.aborted) await fleet.ask(HOST, "/documents");
}

/** A bundle that answers with a failure of its own where the condition on `request` holds. */
function failsWhere(condition: string): (code: string) => string {
  return (code) => {
    const [statement, handler] = /export default ([\w$.]+);/.exec(code) ?? assert.fail("the bundle exports no handler");
    return `${code.replace(statement, "export { __ill as default };")}
const __ill = { fetch: (request, env, context) =>
  ${condition} ? new Response("", { status: 500 }) : ${handler}.fetch(request, env, context) };`;
  };
}

function rewriteBundle({ folder }: FleetWorkspace, tenant: string, change: (code: string) => string): void {
  const bundle = path.join(folder, `tenants/${tenant}/bundle.js`);
  writeFileSync(bundle, change(readFileSync(bundle, "utf8")));
}
