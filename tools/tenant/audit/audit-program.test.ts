import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";

import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

describe("the program :audit", () => {
  let worker: TestWorker;
  let admin: string;
  before(async () => {
    worker = await startTestWorker();
    admin = await worker.makeKey("acme", ["admin"]);
  });
  after(() => worker.dispose());

  async function audit(...args: string[]): Promise<{ code: number | null; out: string; errors: string }> {
    const child = spawn(
      process.execPath,
      ["tools/tenant/audit.js", "--tenant=acme", `--url=${worker.runtime.url.origin}`, ...args],
      { env: { ...process.env, NO_COLOR: "1", TENANT_API_KEY: admin } },
    );
    const code = new Promise<number | null>((resolve) => child.once("close", resolve));
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, out, errors };
  }
  const runTool = (key: string) =>
    worker.call("/tools/execute", {
      tenant: "acme",
      key: worker.keys.acme,
      body: { tool: "kv_get", arguments: { key } },
    });
  const sql = async (statement: string) => {
    const DB = worker.runtime.d1("DB");
    await DB.exec(statement);
  };

  it("finds an empty log whole", async () => {
    const { code, out } = await audit("verify");
    assert.equal(code, 0, out);
    assert.match(out, /is whole: 0 records\nhead 0:0{64}\n/);
  });

  it("finds a log of several pages whole, and prints its head", async () => {
    for (let n = 0; n < 5; n++) await runTool(`k${n}`);
    const { code, out } = await audit("verify");
    assert.equal(code, 0, out);
    const head = /head (5:[0-9a-f]{64})/.exec(out)?.[1] ?? assert.fail(out);
    await runTool("k6");
    assert.equal((await audit("verify", "--expect", head)).code, 0);
    const other = await audit(
      "verify",
      "--expect",
      head.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")),
    );
    assert.equal(other.code, 1);
    assert.match(other.out, /expected head does not stand in the chain/);
  });

  it("lists the latest records", async () => {
    const { code, out } = await audit("list", "--limit", "2");
    assert.equal(code, 0);
    assert.match(out, /^6 {2}\S+Z {2}kv_get {2}ok {2}key_[0-9a-f]+ by execute {2}\d+ ms {2}\S+\n5 .*\n$/);
    assert.equal((await audit("list", "--limit", "0")).code, 2);
  });

  it("names what was altered and what is missing, as text and as JSON, and exits with 1", async () => {
    await sql("UPDATE audit_records SET tool = 'summarize' WHERE seq = 4");
    await sql("DELETE FROM audit_records WHERE seq = 2");
    const { code, out } = await audit("verify");
    assert.equal(code, 1);
    assert.match(out, /is broken: 5 records read\n {2}record 4 is altered\n {2}record 2 is missing\n/);
    const json = JSON.parse((await audit("verify", "--json")).out) as { ok: boolean; breaks: unknown[] };
    assert.deepEqual([json.ok, json.breaks.length], [false, 2]);
  });

  it("names calls that were about to change something and whose end nobody recorded", async () => {
    const documents = [{ docId: "a.md", text: "Lamps cost 40." }];
    const body = { tool: "ingest_docs", arguments: { documents } };
    assert.equal((await worker.call("/tools/execute", { tenant: "acme", key: worker.keys.acme, body })).status, 200);
    const unfinished = async () =>
      (JSON.parse((await audit("verify", "--json")).out) as { unfinished: unknown }).unfinished;
    assert.deepEqual(await unfinished(), []);
    await sql("DELETE FROM audit_records WHERE start_seq IS NOT NULL");
    const [{ seq } = assert.fail("none")] = (await unfinished()) as { seq: number }[];
    assert.match(
      (await audit("verify")).out,
      new RegExp(`record ${seq}: ingest_docs started and its end is not recorded`),
    );
  });

  for (const [what, args, code, says] of [
    ["no verb", [], 2, /verify or list/],
    ["two verbs", ["verify", "list"], 2, /verify or list/],
    ["a head that is none", ["verify", "--expect", "5:abc"], 2, /is no head/],
    ["a key that is no admin's", ["verify", "--key", "ak_acme_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"], 1, /unauthenticated/],
  ] as const) {
    it(`refuses ${what} with a reason`, async () => {
      const ended = await audit(...args);
      assert.equal(ended.code, code, ended.out);
      assert.match(ended.errors, says);
    });
  }
});
