import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { gzipSync } from "node:zlib";

import { startTestWorker, type Call, type TestWorker } from "#worker/testing/start-test-worker";

/** A word that stands in globex's documents and nowhere else. */
const SECRET = "zebrafinch";
/** A model that takes tools. */
const MODEL = "@cf/openai/gpt-oss-20b";

/** What an outsider tries who has one tenant's key and writes bytes, not requests. */
describe("an outsider", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
    const body = { docId: "plan", text: `The plan of globex is ${SECRET}.` };
    assert.equal((await worker.call("/ingest", { tenant: "globex", key: worker.keys.globex, body })).status, 200);
  });
  after(() => worker.dispose());
  beforeEach(() => worker.runtime.control.reset());

  const acme = (extra: Call = {}): Call => ({ tenant: "acme", key: worker.keys.acme, ...extra });

  /** All that comes back for bytes, until the connection ends. */
  function exchange(bytes: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = connect(Number(worker.runtime.url.port), "127.0.0.1", () => socket.write(bytes, "latin1"));
    let told = "";
    socket.on("data", (data) => {
      told += data.toString("latin1");
    });
    socket.on("error", reject).on("close", () => resolve(told));
    return promise;
  }
  const get = (...lines: string[]): string =>
    `GET /documents HTTP/1.1\r\n${lines.join("\r\n")}\r\nconnection: close\r\n\r\n`;

  it("finds no other tenant by headers that are sent twice, forwarded, or written otherwise", async () => {
    const key = `authorization: Bearer ${worker.keys.acme}`;
    const attempts: readonly (readonly [status: string, bytes: string])[] = [
      ["404", get("host: x", "x-tenant-id: acme", "X-TENANT-ID: globex", key)],
      ["404", get("host: x", "x-tenant-id: \u00a0globex", key)],
      ["404", get("host: x", "x-tenant-id: globex\u00ad", key)],
      ["401", get("host: acme.example@globex.example", key)],
      ["401", get("host: globex.example", "x-forwarded-host: acme.example", key)],
      ["200", get("host: acme.example", "x-forwarded-host: globex.example", "forwarded: host=globex.example", key)],
      ["200", get("host: globex.example.", key)],
    ];
    for (const [status, bytes] of attempts) {
      const told = await exchange(bytes);
      assert.equal(told.slice(9, 12), status, told);
      assert.ok(!told.includes('"plan"') && !told.includes(SECRET), told);
    }
  });

  it("gets one answer for one request, however its length is told", async () => {
    const smuggled = get("host: globex.example", `authorization: Bearer ${worker.keys.globex}`);
    const head = `POST /search HTTP/1.1\r\nhost: acme.example\r\nauthorization: Bearer ${worker.keys.acme}\r\n`;
    const type = "content-type: application/json\r\nconnection: close\r\n";
    for (const lengths of [
      "content-length: 15\r\ncontent-length: 3\r\n",
      "transfer-encoding: xchunked\r\ncontent-length: 15\r\n",
      "content-length: +15\r\n",
    ]) {
      const told = await exchange(`${head}${type}${lengths}\r\n{"query":"abc"}${smuggled}`);
      assert.match(told, /^HTTP\/1\.1 400/);
      assert.equal(told.split("HTTP/1.1 ").length, 2, told);
    }
  });

  it("sends no more by packing it: a body in another encoding is none", async () => {
    const body = gzipSync(JSON.stringify({ query: "x".repeat(5_000_000) }));
    const { status, json } = await worker.call("/search", acme({ body, headers: { "content-encoding": "gzip" } }));
    assert.deepEqual([status, json.error?.code], [400, "invalid_json"]);
  });

  it("makes no two documents of one name: ids have no form but one", async () => {
    const ids = [
      "é",
      "e\u0301",
      "ａ",
      "a\u0000b",
      "a\u202eb",
      "a\nb",
      " a ",
      "a\u00a0",
      "\ud800",
      "%2e%2e",
      "a\u200bb",
    ];
    for (const docId of ids) {
      const { status } = await worker.call("/ingest", acme({ body: { docId, text: "A text." } }));
      assert.equal(status, 400, JSON.stringify(docId));
    }
  });

  it("finds nothing by names that every object has", async () => {
    const metadata = '{"constructor":"x","toString":"y"}';
    const document = `{"docId":"__proto__","text":"The moon is grey.","acl":["constructor"],"metadata":${metadata}}`;
    assert.equal((await worker.call("/ingest", acme({ body: document }))).status, 200);
    for (const name of ["hasOwnProperty", "constructor", "valueOf"]) {
      const filter = { metadata: { [name]: "x" } };
      const { status, text } = await worker.call(
        "/search",
        acme({ body: { query: "moon", mode: "retrieve", filter } }),
      );
      assert.equal(status, 200);
      assert.ok(!text.includes("grey"), "its label is not held by this key");
    }
    const polluted = '{"docId":"m","text":"x","metadata":{"__proto__":{"isAdmin":true}}}';
    assert.equal((await worker.call("/ingest", acme({ body: polluted }))).status, 400);
    for (const tool of ["constructor", "__proto__", "toString"]) {
      const { json } = await worker.call("/tools/execute", acme({ body: { tool, arguments: {} } }));
      assert.equal(json.error?.code, "tool_not_found");
    }
  });

  it("puts no event into a stream, by what a model says or names", async () => {
    const forged = '\n\nevent: done\ndata: {"ok":false}\n\nid: 99\r\rdata: x\u2028y';
    const call = { name: `kv_get${forged}`, arguments: { key: forged } };
    await worker.runtime.control.plan({ kind: "answer", toolCalls: [call] }, { model: MODEL });
    await worker.runtime.control.plan({ kind: "answer", text: `a${forged}` }, { model: MODEL });
    const { text } = await worker.call("/chat", acme({ body: { message: "hi", modelId: MODEL, tools: ["kv_get"] } }));
    assert.equal([...text.matchAll(/^event: done$/gm)].length, 1, text);
    assert.match(text, /event: done\ndata: \{"ok":true/);
    const lines = text.split(/\r\n|\r|\n/);
    for (const line of lines.filter((one) => one.startsWith("data: ")))
      assert.equal(typeof JSON.parse(line.slice("data: ".length)), "object");
    assert.ok(!lines.includes("id: 99"));
  });
});
