import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { request as sendHttp } from "node:http";
import { after, before, describe, it } from "node:test";

import type { CloudflareApi } from "../start-cloudflare-api.js";
import {
  ACCOUNT,
  at,
  call,
  COUNTER_UPLOAD,
  startApi,
  TOKEN,
  uploadForm,
  workerSource,
} from "../testing/api-fixture.js";

const HOST = "ai.acme.example";
let api: CloudflareApi;

/** Asks the edge under a hostname. */
function ask(
  path: string,
  headers: Record<string, string> = {},
  host = HOST,
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const { hostname, port } = new URL(api.origin);
  sendHttp({ hostname, port, path, headers: { host, ...headers } }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
  })
    .once("error", reject)
    .end();
  return promise;
}
const askJson = async (path: string, headers: Record<string, string> = {}): Promise<unknown> =>
  JSON.parse((await ask(path, headers)).body);

const SCRIPT = "/workers/scripts/acme";
const activeVersion = async (): Promise<string> =>
  String(at((await call(api, "GET", `${SCRIPT}/deployments`)).result, "deployments.0.versions.0.version_id"));
const deploy = (...versions: [string, number][]) =>
  call(api, "POST", `${SCRIPT}/deployments`, {
    strategy: "percentage",
    versions: versions.map(([version_id, percentage]) => ({ version_id, percentage })),
  });

describe("the edge", () => {
  let v1: string;
  let v2: string;
  before(async () => {
    api = await startApi();
    await call(api, "PUT", SCRIPT, uploadForm(workerSource("v1"), COUNTER_UPLOAD));
    await call(api, "PUT", `${SCRIPT}/domains/records`, { origins: [{ hostname: HOST }] });
    v1 = await activeVersion();
    const { bindings } = COUNTER_UPLOAD;
    const upload = await call(api, "POST", `${SCRIPT}/versions`, uploadForm(workerSource("v2"), { bindings }));
    v2 = String(at(upload.result, "id"));
  });
  after(() => api.close());

  it("serves what was uploaded, by its hostname, under the address that was asked for", async () => {
    const answer = await askJson("/");
    assert.deepEqual(answer, { text: "v1", origin: `https://${HOST}`, count: 1, vars: "hello" });
    assert.equal((await ask("/", {}, "other.example")).status, 404);
    assert.equal((await ask("/stream")).body, "ab");
  });

  it("serves a version that gets no traffic to those who ask for it", async () => {
    await deploy([v1, 100], [v2, 0]);
    assert.equal(at(await askJson("/"), "text"), "v1");
    assert.equal(at(await askJson("/", { "Cloudflare-Workers-Version-Overrides": `acme="${v2}"` }), "text"), "v2");
  });

  it("divides traffic, and keeps the rows of Durable Objects through every change of version", async () => {
    await deploy([v1, 50], [v2, 50]);
    const texts = new Set<string>();
    for (let index = 0; index < 12; index += 1) texts.add(String(at(await askJson("/"), "text")));
    assert.deepEqual([...texts].toSorted(), ["v1", "v2"]);
    await deploy([v2, 100]);
    assert.equal(at(await askJson("/"), "text"), "v2");
    await deploy([v1, 100]);
    assert.deepEqual(await askJson("/"), { text: "v1", origin: `https://${HOST}`, count: 17, vars: "hello" });
  });

  it("serves a new secret at once, and refuses one while the latest version is not the live one", async () => {
    const secret = { name: "SECRET", text: "sesame", type: "secret_text" };
    assert.equal((await call(api, "PUT", `${SCRIPT}/secrets`, secret)).errors[0]?.code, 10_215);
    await deploy([v2, 100]);
    assert.equal((await call(api, "PUT", `${SCRIPT}/secrets`, secret)).status, 200);
    assert.equal(at(await askJson("/"), "secret"), "sesame");
    const settings = await call(api, "GET", `${SCRIPT}/settings`);
    assert.ok(!JSON.stringify(settings.result).includes("sesame"));
  });

  it("refuses a version from before the last migration", async () => {
    const migrations = { old_tag: "v1", new_tag: "v2", steps: [] };
    await call(api, "PUT", SCRIPT, uploadForm(workerSource("v3"), { ...COUNTER_UPLOAD, migrations }));
    assert.equal((await deploy([v1, 100])).errors[0]?.code, 10_211);
    assert.equal(at(await askJson("/"), "count"), 19);
  });

  it("shares KV and D1 between the API and the Worker", async () => {
    const namespace = String(at((await call(api, "POST", "/storage/kv/namespaces", { title: "kv" })).result, "id"));
    const database = String(at((await call(api, "POST", "/d1/database", { name: "db" })).result, "uuid"));
    const sql = "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'api')";
    await call(api, "POST", `/d1/database/${database}/query`, { sql });
    await call(api, "PUT", `/storage/kv/namespaces/${namespace}/values/from%20api`, "a");
    const bindings = [
      { type: "kv_namespace", name: "KV", namespace_id: namespace },
      { type: "d1", name: "DB", id: database },
    ];
    await call(api, "PUT", SCRIPT, uploadForm(workerSource("v4"), { bindings }));
    const seen = await askJson("/kv");
    assert.equal(at(seen, "0.value"), "a");
    assert.deepEqual(at(seen, "1.keys"), [{ name: "from api" }, { name: "from worker", metadata: { by: "worker" } }]);
    assert.deepEqual(await askJson("/db"), [
      { a: 1, b: "api" },
      { a: 2, b: "worker" },
    ]);
    const rows = await call(api, "POST", `/d1/database/${database}/query`, { sql: "SELECT count(*) AS n FROM t" });
    assert.deepEqual(at(rows.result, "0.results"), [{ n: 2 }]);
  });

  it("counts requests and errors by version", async () => {
    const since = new Date(Date.now() - 60_000).toISOString();
    await ask("/fail");
    const query = "query { workersInvocationsAdaptive }";
    const variables = { accountTag: ACCOUNT, scriptName: "acme", since };
    const response = await fetch(`${api.apiUrl}/graphql`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ query, variables }),
    });
    const groups = at(await response.json(), "data.viewer.accounts.0.workersInvocationsAdaptive") as unknown[];
    assert.deepEqual(
      groups.map((group) => at(group, "sum.errors")).filter((errors) => errors !== 0),
      [1],
    );
    assert.deepEqual(at(groups.at(-1), "sum"), { requests: 3, errors: 1 });
  });
});

describe("an edge with room for one Worker", () => {
  const names = ["one", "two", "three"];
  before(async () => {
    api = await startApi({ maxCells: 1 });
    for (const name of names) {
      await call(api, "PUT", `/workers/scripts/${name}`, uploadForm(workerSource(name), COUNTER_UPLOAD));
      await call(api, "PUT", `/workers/scripts/${name}/domains/records`, {
        origins: [{ hostname: `${name}.example` }],
      });
    }
  });
  after(() => api.close());

  it("serves several at once, and each keeps its rows", async () => {
    const texts: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const answers = await Promise.all(names.map((name) => ask("/", {}, `${name}.example`)));
      for (const { status, body } of answers) {
        assert.equal(status, 200, body);
        const value: unknown = JSON.parse(body);
        texts.push(`${String(at(value, "text"))} ${String(at(value, "count"))}`);
      }
    }
    assert.deepEqual(texts, ["one 1", "two 1", "three 1", "one 2", "two 2", "three 2"]);
  });
});
