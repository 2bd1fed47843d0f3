import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import type { LogLine } from "#simulators/runtime/runtime-options";
import { type Runtime, startRuntime } from "#simulators/runtime/start-runtime";

import { callFixture, eventually, fixtureDeployment, startFixture } from "./start-fixture.js";

const llama = "@cf/meta/llama-3.1-8b-instruct";
const quiet = { onLog: () => undefined };

describe("a runtime with several Workers", () => {
  it("lets the host of a request choose the Worker", async () => {
    const runtime = await startRuntime({
      ...quiet,
      workers: [
        fixtureDeployment("acme", { hosts: ["acme.localhost"] }),
        fixtureDeployment("globex", { hosts: ["globex.localhost", "*.globex.example"] }),
      ],
    });
    try {
      const name = async (host: string) => {
        const response = await runtime.fetch(`http://${host}/host`);
        return response.ok ? (await response.json<{ name: string }>()).name : response.status;
      };
      assert.deepEqual(
        await Promise.all(["acme.localhost", "globex.localhost", "a.globex.example", "other.example"].map(name)),
        ["acme", "globex", "globex", 404],
      );
      await runtime.fetch("http://globex.localhost/run", {
        method: "POST",
        body: JSON.stringify({ model: llama, inputs: { prompt: "x" } }),
      });
      assert.deepEqual(
        (await runtime.control.modelCalls()).map(({ worker }) => worker),
        ["globex"],
      );
      await runtime.kv("KV", "acme").put("a", "1");
      assert.deepEqual(
        [await runtime.kv("KV", "acme").get("a"), await runtime.kv("KV", "globex").get("a")],
        ["1", null],
      );
    } finally {
      await runtime.dispose();
    }
  });

  it("gives a request without a known host to the Worker that has none", async () => {
    const runtime = await startRuntime({
      ...quiet,
      workers: [fixtureDeployment("acme", { hosts: ["acme.localhost"] }), fixtureDeployment("rest")],
    });
    try {
      assert.deepEqual((await (await runtime.fetch("/host")).json<{ name: string }>()).name, "rest");
    } finally {
      await runtime.dispose();
    }
  });
});

describe("what is stored behind a binding", () => {
  let runtime: Runtime;
  before(async () => {
    const fixture = fixtureDeployment("acme");
    const d1_databases = [{ binding: "DB", database_id: "db" }];
    runtime = await startRuntime({ ...quiet, workers: [{ ...fixture, config: { ...fixture.config, d1_databases } }] });
  });
  after(() => runtime.dispose());

  it("is the same from node as through the runtime's own binding", async () => {
    await runtime.kv("KV").put("a", '{"b":1}', { metadata: { by: "node" } });
    const bound = await runtime.bindings<{ KV: KVNamespace; DB: D1Database }>();
    assert.deepEqual(await bound.KV.getWithMetadata("a"), {
      value: '{"b":1}',
      metadata: { by: "node" },
      cacheStatus: null,
    });
    assert.deepEqual(await runtime.kv("KV").get("a", { type: "json" }), { b: 1 });
    assert.deepEqual((await runtime.kv("KV").list()).keys, [{ name: "a", metadata: { by: "node" } }]);
    const bytes = Uint8Array.from({ length: 1_000 }, (_, index) => index % 256);
    await runtime.kv("KV").put("bytes", bytes);
    assert.deepEqual(new Uint8Array((await bound.KV.get("bytes", "arrayBuffer")) ?? assert.fail()), bytes);
    assert.deepEqual(new Uint8Array((await runtime.kv("KV").get("bytes", "arrayBuffer")) ?? assert.fail()), bytes);
    const database = runtime.d1("DB");
    const insert = database.prepare("INSERT INTO t (a, b) VALUES (?1, ?2)");
    await database.batch([database.prepare("CREATE TABLE t (a, b)"), insert.bind(1, null), insert.bind(2, "ü")]);
    assert.deepEqual((await bound.DB.prepare("SELECT * FROM t").all()).results, [
      { a: 1, b: null },
      { a: 2, b: "ü" },
    ]);
  });

  it("is refused in the binding's own words, and what JSON cannot carry before it is sent", async () => {
    await assert.rejects(runtime.d1("DB").prepare("SELECT * FROM nowhere").all(), /no such table: nowhere/);
    await assert.rejects(runtime.kv("NONE").get("a"), /there is no binding acme\/NONE/);
    await assert.rejects(runtime.kv("KV").put("a", "1", { expirationTtl: 1 }), /Expiration TTL must be at least 60/);
    await assert.rejects(
      runtime.kv("KV").put("a", new Blob(["a"]).stream() as never),
      /a value is a text or bytes here/,
    );
    await assert.rejects(runtime.kv("KV").get("a", "stream"), /arrayBuffer here, not as stream/);
    assert.throws(() => runtime.d1("DB").prepare("SELECT ?1").bind(undefined).all(), /undefined/);
  });

  it("is for the process that started the runtime: no client of its port gets there", async () => {
    const message = {
      method: "POST",
      body: JSON.stringify({ kind: "kv", binding: "acme/KV", call: { operation: "list" } }),
    };
    for (const url of ["/storage", "http://simulator-control/storage", "http://simulator-control.invalid/storage"]) {
      const response = await runtime.fetch(url, message);
      assert.ok(!(await response.text()).includes("list_complete"), url);
    }
  });
});

describe("state", () => {
  let dataDir: string;
  before(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), "runtime-test-"));
  });
  after(() => rmSync(dataDir, { recursive: true, force: true }));

  it("survives a restart and a reload", async () => {
    const first = await startFixture({ dataDir });
    await first.vectorize("upsert", [{ id: "a", values: [1, 0, 0], metadata: { kind: "faq" } }]);
    await first.post("/count");
    const { logId } = await first.run(llama, { prompt: "x" }, { gateway: { id: "g" } });
    await first.send("/metrics", { points: [{ blobs: ["b"], doubles: [1.5], indexes: ["i"] }] });
    await eventually(async () => (await first.runtime.control.analyticsPoints()).length === 1);
    // A log gathers for 50 ms before it is written; who reads logs has them written.
    assert.equal((await first.runtime.control.gatewayLogs()).length, 1);
    await first.runtime.dispose();

    const second = await startFixture({ dataDir });
    try {
      const check = async (count: number) => {
        assert.deepEqual((await second.post("/count")).json, { stored: count, inMemory: 1 });
        const { value } = await second.vectorize("query", [1, 0, 0], {
          returnMetadata: "all",
          filter: { kind: "faq" },
        });
        assert.deepEqual(value["matches"], [{ id: "a", score: 1, metadata: { kind: "faq" } }]);
        assert.equal((await second.post("/gateway-log", { gateway: "g", id: logId })).json["id"], logId);
        const [point] = await second.runtime.control.analyticsPoints({ dataset: "metrics" });
        assert.deepEqual([point?.blobs, point?.doubles, point?.indexes], [["b"], [1.5], ["i"]]);
      };
      await check(2);
      const { url } = second.runtime;
      await second.runtime.reload({
        workers: [fixtureDeployment("fixture", { extraVars: { NAME: "renamed" } })],
        ...quiet,
      });
      await check(3);
      assert.equal(second.runtime.url.href, url.href);
      assert.equal((await second.post("/host")).json["name"], "renamed");
    } finally {
      await second.runtime.dispose();
    }
  });

  it("is locked for a Worker while it runs and free afterwards", async () => {
    const runtime = await startRuntime({ ...quiet, dataDir, workers: [fixtureDeployment("acme")] });
    await assert.rejects(startRuntime({ ...quiet, dataDir, workers: [fixtureDeployment("acme")] }), {
      code: "data_folder_in_use",
    });
    const other = await startRuntime({ ...quiet, dataDir, workers: [fixtureDeployment("globex")] });
    const values = await Promise.all(
      [runtime, other].map(async (each, index) => {
        for (let i = 0; i < 20; i += 1) await callFixture(each).post("/cache", { key: `k${i}`, value: String(index) });
        return (await callFixture(each).post("/cache", { key: "k19" })).json["value"];
      }),
    );
    assert.ok(
      values.every((value) => value !== null),
      "the cache of two processes on one folder works",
    );
    await Promise.all([runtime.dispose(), other.dispose()]);
    await (await startRuntime({ ...quiet, dataDir, workers: [fixtureDeployment("acme")] })).dispose();
  });
});

describe("a runtime", () => {
  it("evicts Durable Objects, runs cron handlers, passes logs and catches outbound requests", async () => {
    const lines: LogLine[] = [];
    const fixture = await startFixture({
      onLog: (line) => lines.push(line),
      outbound: (request) => Response.json({ caught: request.url }),
    });
    try {
      await fixture.post("/count");
      assert.deepEqual((await fixture.post("/count")).json, { stored: 2, inMemory: 2 });
      await fixture.runtime.evictDurableObject("Counter", "one");
      assert.deepEqual((await fixture.post("/count")).json, { stored: 3, inMemory: 1 });
      await fixture.runtime.scheduled("*/5 * * * *");
      const { KV } = await fixture.runtime.bindings<{ KV: { get(key: string): Promise<string | null> } }>();
      assert.equal(await KV.get("scheduled"), "*/5 * * * *");
      await fixture.send("/log", { line: "hello from the Worker" });
      await eventually(() =>
        Promise.resolve(lines.some(({ level, message }) => level === "warn" && message === "hello from the Worker")),
      );
      assert.deepEqual((await fixture.post("/outbound", { url: "https://api.example/x" })).json, {
        caught: "https://api.example/x",
      });
    } finally {
      await fixture.runtime.dispose();
    }
  });

  it("says which port is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    await assert.rejects(startFixture({ port }), {
      code: "port_in_use",
      message: new RegExp(`127\\.0\\.0\\.1:${port} is in use`),
    });
    server.close();
  });

  it("says which bundle is missing, which folder it cannot write, which name is wrong", async () => {
    await assert.rejects(startFixture({ workers: [fixtureDeployment("a", { modulePath: "/no/such/bundle.js" })] }), {
      code: "module_missing",
      message: /"a".*\/no\/such\/bundle\.js/,
    });
    const file = path.join(mkdtempSync(path.join(tmpdir(), "runtime-test-")), "file");
    writeFileSync(file, "");
    await assert.rejects(startFixture({ dataDir: file }), { code: "data_folder_not_writable" });
    await assert.rejects(startFixture({ workers: [] }), { code: "bad_options" });
    await assert.rejects(startFixture({ workers: [fixtureDeployment("a"), fixtureDeployment("a")] }), {
      code: "bad_options",
      message: /"a" is taken twice/,
    });
    const { config } = fixtureDeployment("b");
    await assert.rejects(startFixture({ workers: [fixtureDeployment("a", { config })] }), {
      code: "bad_options",
      message: /configuration of "b"/,
    });
  });

  it("says why a bundle does not start", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "runtime-test-"));
    const modulePath = path.join(folder, "broken.js");
    writeFileSync(modulePath, "export default { fetch() {} ");
    await assert.rejects(startFixture({ workers: [fixtureDeployment("a", { modulePath })] }), { code: "start_failed" });
    rmSync(folder, { recursive: true });
  });
});
