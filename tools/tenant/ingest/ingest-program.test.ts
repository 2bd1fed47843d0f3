import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { callTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";
import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** Large enough to become a job. */
const LARGE_BYTES = 400 * 1024;

describe("the program :ingest", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ingest-program-"));
  const inFolder = (...names: string[]): string => path.join(folder, "handbook", ...names);
  let worker: TestWorker;
  let address: TenantAddress;
  before(async () => {
    worker = await startTestWorker();
    address = { url: worker.runtime.url.origin, apiKey: worker.keys.acme };
    mkdirSync(inFolder("guides"), { recursive: true });
    writeFileSync(inFolder("kites.md"), "# Kites\r\n\r\nThe red kite nests in tall oak trees.\r\n");
    writeFileSync(inFolder("guides", "owls.txt"), "The barn owl hunts by ear.\n");
    writeFileSync(inFolder("large.md"), "# Large\n\n" + "A long report about herons.\n\n".repeat(LARGE_BYTES / 28));
    writeFileSync(inFolder("picture.md"), new Uint8Array([0x89, 0x50, 0, 1]));
  });
  after(async () => {
    await worker.dispose();
    rmSync(folder, { recursive: true });
  });

  /** As a person starts it in their folder, without a terminal. */
  async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const child = spawn(process.execPath, ["tools/tenant/ingest.js", "--tenant=acme", ...args], {
      env: { ...process.env, BUILD_WORKING_DIRECTORY: folder, NO_COLOR: "1", ...env },
    });
    const code = new Promise<number | null>((resolve) => child.once("close", resolve));
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, out, errors };
  }
  const ingest = (...args: string[]): Promise<Ended> =>
    run(["handbook", `--url=${address.url}`, `--key=${address.apiKey}`, ...args]);
  const documents = async (): Promise<string> =>
    JSON.stringify(await callTenant(address, "GET", "/documents?limit=200"));

  it("compares first, when asked to", async () => {
    const { code, out } = await ingest("--dry-run");
    assert.equal(code, 0, out);
    assert.match(out, /ingest would be 3 new or changed, 0 unchanged, 1 skipped/);
    assert.doesNotMatch(await documents(), /kites/);
  });

  it("uploads a folder, a large file as a job, and says in plain lines how it went", async () => {
    const { code, out, errors } = await ingest();
    assert.equal(code, 0, out + errors);
    assert.match(out, /ingest 3 new or changed, 0 unchanged, 1 skipped, 0 failed/);
    assert.match(out, /skipped picture\.md: not UTF-8 text/);
    assert.ok(!out.includes("\u001b") && !out.includes("\r"), "nothing for a terminal");
    const found = await callTenant(address, "POST", "/search", {
      query: "Where does the red kite nest?",
      mode: "retrieve",
    });
    assert.match(JSON.stringify(found), /"docId":"kites\.md".*"title":"Kites"/);
  });

  it("sends nothing when nothing changed", async () => {
    await worker.runtime.control.reset();
    const { code, out } = await ingest();
    assert.equal(code, 0, out);
    assert.match(out, /ingest 0 new or changed, 3 unchanged/);
    assert.deepEqual(await worker.runtime.control.modelCalls(), []);
  });

  it("sends what changed, tells what is gone, and deletes it when asked to", async () => {
    writeFileSync(inFolder("kites.md"), "# Kites\r\n\r\nThe black kite soars.\r\n");
    rmSync(inFolder("guides", "owls.txt"));
    const told = await ingest();
    assert.match(told.out, /ingest 1 new or changed, 1 unchanged/);
    assert.match(told.out, /no longer in the folder: guides\/owls\.txt \(--delete-missing deletes them\)/);
    assert.match(await documents(), /owls/);
    const deleted = await ingest("--delete-missing", "--json");
    assert.match(deleted.out, /^\{"skipped":.*"stored":0,.*"deleted":1\}\n$/);
    assert.doesNotMatch(await documents(), /owls/);
  });

  it("finds a server by its ready file", async () => {
    const file = path.join(folder, "ready.json");
    writeFileSync(file, JSON.stringify({ url: address.url, tenantId: "acme", apiKey: address.apiKey }));
    const { code, out } = await run(["handbook", "--ready-file", "ready.json"]);
    assert.equal(code, 0, out);
    assert.match(out, /2 unchanged/);
  });

  it("shows what could not be stored, and stores it when asked to", async () => {
    await worker.runtime.control.failModel(400, { times: 1 });
    writeFileSync(inFolder("refused.md"), "# Refused\n\n" + "A report about siskins.\n\n".repeat(LARGE_BYTES / 24));
    assert.match((await ingest()).out, /failed refused\.md: /);
    const failed = (...args: string[]): Promise<Ended> =>
      run(["--failed", `--url=${address.url}`, ...args], { TENANT_API_KEY: address.apiKey });
    const shown = await failed();
    assert.equal(shown.code, 1);
    assert.match(shown.out, /^job [0-9a-f]{32} .*\n {2}refused\.md: upstream_rejected: /);
    assert.match((await failed("--retry")).out, /handed over again: job/);
    while ((await failed()).out.startsWith("job")) await sleep(100);
    assert.equal((await failed()).code, 0);
    rmSync(inFolder("refused.md"));
    assert.match((await ingest("--delete-missing")).out, /, 1 deleted/);
  });

  const refused: readonly (readonly [what: string, args: () => string[], code: number, says: RegExp])[] = [
    ["a folder that is not there", () => ["none", `--url=${address.url}`, "--key=k"], 1, /cannot read the folder/],
    [
      "a wrong key",
      () => ["handbook", `--url=${address.url}`, `--key=${address.apiKey.slice(0, -1)}-`],
      1,
      /unauthenticated/,
    ],
    ["an address where nobody is", () => ["handbook", "--url=http://127.0.0.1:9", "--key=k"], 1, /nobody answers/],
    ["no folder at all", () => [`--url=${address.url}`, "--key=k"], 2, /there is no folder/],
  ];
  for (const [what, args, code, says] of refused) {
    it(`refuses ${what} with a reason`, async () => {
      const ended = await run(args());
      assert.equal(ended.code, code, ended.out);
      assert.match(ended.errors, says);
    });
  }

  it("goes on where it was interrupted", async () => {
    for (let index = 0; index < 120; index++)
      writeFileSync(inFolder(`note-${index}.md`), `# Note ${index}\n\nAbout ${index}.`);
    await worker.runtime.control.reset();
    await worker.runtime.control.plan({ kind: "delay", delayMs: 1_500 }, { times: 3 });
    const child = spawn(
      process.execPath,
      ["tools/tenant/ingest.js", "--tenant=acme", inFolder(), `--url=${address.url}`],
      {
        env: { ...process.env, TENANT_API_KEY: address.apiKey, NO_COLOR: "1" },
      },
    );
    while ((await worker.runtime.control.modelCalls()).length === 0) await sleep(20);
    child.kill("SIGINT");
    const code = new Promise<number | null>((resolve) => child.once("close", resolve));
    assert.match(await text(child.stdout), /stopped: it was interrupted\n {2}run it again/);
    assert.equal(await code, 130);
    const { out } = await ingest();
    assert.match(out, / 0 failed/);
    assert.equal((await documents()).match(/note-\d+\.md","version":1/g)?.length, 120);
    assert.match((await ingest()).out, /ingest 0 new or changed, 122 unchanged/);
  });
});
