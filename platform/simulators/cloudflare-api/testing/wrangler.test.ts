import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

import type { CloudflareApi } from "../start-cloudflare-api.js";
import { ACCOUNT, at, call, each, startApi, TOKEN, workerSource } from "./api-fixture.js";

const wrangler = path.join(
  path.dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);

/** Every kind of binding and trigger that a tenant may come to have. */
const config = {
  name: "acme",
  account_id: ACCOUNT,
  main: "worker.js",
  no_bundle: true,
  compatibility_date: "2026-10-01",
  workers_dev: false,
  preview_urls: false,
  routes: [{ pattern: "ai.acme.example", custom_domain: true }],
  triggers: { crons: ["0 3 * * *"] },
  vars: { GREETING: "hello", LIMITS: { perMinute: 1 } },
  kv_namespaces: [{ binding: "KV", id: "" }],
  d1_databases: [{ binding: "DB", database_name: "acme", database_id: "" }],
  vectorize: [{ binding: "VECTORS", index_name: "acme" }],
  ai: { binding: "AI" },
  queues: {
    producers: [{ binding: "QUEUE", queue: "acme-ingest" }],
    consumers: [{ queue: "acme-ingest", max_batch_size: 5 }],
  },
  workflows: [{ binding: "FLOW", name: "acme-flow", class_name: "Flow" }],
  analytics_engine_datasets: [{ binding: "METRICS", dataset: "acme" }],
  version_metadata: { binding: "VERSION" },
  durable_objects: { bindings: [{ name: "COUNTER", class_name: "Counter" }] },
  migrations: [{ tag: "v1", new_sqlite_classes: ["Counter"] }],
  observability: { enabled: true },
};

const bindingNames = (bindings: unknown): string[] => {
  const types = each(bindings, "type");
  return each(bindings, "name")
    .map((name, index) => `${String(name)} ${String(types[index])}`)
    .toSorted();
};

describe("the real wrangler", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "wrangler-"));
  let api: CloudflareApi;

  before(async () => {
    api = await startApi({ dataDir: path.join(folder, "data") });
    const kv = await call(api, "POST", "/storage/kv/namespaces", { title: "acme" });
    const database = await call(api, "POST", "/d1/database", { name: "acme" });
    await call(api, "POST", "/queues", { queue_name: "acme-ingest" });
    await call(api, "POST", "/vectorize/v2/indexes", { name: "acme", config: { dimensions: 768, metric: "cosine" } });
    config.kv_namespaces[0] = { binding: "KV", id: String(at(kv.result, "id")) };
    config.d1_databases[0] = { binding: "DB", database_name: "acme", database_id: String(at(database.result, "uuid")) };
    write("one", config);
  });
  after(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });

  const write = (text: string, wranglerConfig: unknown): void => {
    mkdirSync(folder, { recursive: true });
    const flow =
      'import { WorkflowEntrypoint } from "cloudflare:workers";\nexport class Flow extends WorkflowEntrypoint {}\n';
    writeFileSync(path.join(folder, "worker.js"), flow + workerSource(text));
    writeFileSync(path.join(folder, "wrangler.json"), JSON.stringify(wranglerConfig));
  };
  const run = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [wrangler, ...args], {
      cwd: folder,
      timeout: 60_000,
      env: {
        PATH: process.env["PATH"],
        HOME: folder,
        CI: "1",
        NO_COLOR: "1",
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_OUTPUT_FILE_PATH: path.join(folder, "output.ndjson"),
        CLOUDFLARE_API_BASE_URL: api.apiUrl,
        CLOUDFLARE_API_TOKEN: TOKEN,
      },
    });
    return stdout + stderr;
  };
  const lastOutput = (): unknown =>
    JSON.parse(readFileSync(path.join(folder, "output.ndjson"), "utf8").trim().split("\n").at(-1) ?? "");
  const settings = async () => (await call(api, "GET", "/workers/scripts/acme/settings")).result;

  it("deploys a new Worker with every binding and trigger", async () => {
    await run("deploy", "--tag", "r1", "--message", "the first");
    const found = await settings();
    assert.deepEqual(bindingNames(at(found, "bindings")), [
      "AI ai",
      "COUNTER durable_object_namespace",
      "DB d1",
      "FLOW workflow",
      "GREETING plain_text",
      "KV kv_namespace",
      "LIMITS json",
      "METRICS analytics_engine",
      "QUEUE queue",
      "VECTORS vectorize",
      "VERSION version_metadata",
    ]);
    assert.equal(at(found, "migration_tag"), "v1");
    assert.equal(at(found, "observability.enabled"), true);
    const domains = await call(api, "GET", "/workers/domains?service=acme");
    assert.deepEqual(each(domains.result, "hostname"), ["ai.acme.example"]);
    const schedules = at((await call(api, "GET", "/workers/scripts/acme/schedules")).result, "schedules");
    assert.deepEqual(each(schedules, "cron"), ["0 3 * * *"]);
    assert.equal(at((await call(api, "GET", "/queues/acme-ingest")).result, "consumers.0.service"), "acme");
    assert.equal(at((await call(api, "GET", "/workflows/acme-flow")).result, "class_name"), "Flow");
  });

  it("uploads a version without making it live", async () => {
    write("two", config);
    await run("versions", "upload", "--tag", "r2");
    const id = String(at(lastOutput(), "version_id"));
    assert.equal(at(lastOutput(), "type"), "version-upload");
    const live = async () =>
      at((await call(api, "GET", "/workers/scripts/acme/deployments")).result, "deployments.0.versions");
    assert.notEqual(at(await live(), "0.version_id"), id);
    await call(api, "POST", "/workers/scripts/acme/deployments", {
      strategy: "percentage",
      versions: [{ version_id: id, percentage: 100 }],
    });
    assert.deepEqual(await live(), [{ version_id: id, percentage: 100 }]);
    const version = await call(api, "GET", `/workers/scripts/acme/versions/${id}`);
    assert.equal(at(version.result, "annotations.workers/tag"), "r2");
  });

  it("sets secrets whose texts cannot be read, and keeps them through the next deploy", async () => {
    writeFileSync(path.join(folder, "secrets.json"), JSON.stringify({ ONE: "open sesame", TWO: "2" }));
    await run("secret", "bulk", "secrets.json");
    await run("deploy");
    const names = await call(api, "GET", "/workers/scripts/acme/secrets");
    assert.deepEqual(each(names.result, "name"), ["ONE", "TWO"]);
    assert.ok(!JSON.stringify(await settings()).includes("open sesame"));
  });

  it("asks for nothing that the simulator does not have", () => {
    const existing = /\/(services|scripts|workflows)\/acme|\/queues/;
    assert.deepEqual(
      api.calls.filter(({ status, path: called }) => status >= 400 && !existing.test(called)),
      [],
    );
  });

  it("says what is wrong when the token is", async () => {
    const before = api.calls.length;
    api.setTokens([{ token: TOKEN, accounts: [], email: "ops@example.com", permissions: "all" }]);
    await assert.rejects(run("versions", "upload"), /Authentication error \[code: 10000\]/);
    assert.ok(api.calls.length > before);
  });
});
