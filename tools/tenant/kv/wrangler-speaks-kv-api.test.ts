import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

import { memoryKeyValues } from "#tools/tenant/kv/memory-key-values";
import { restKeyValues } from "#tools/tenant/kv/rest-key-values";
import { serveKvApi, type KvApi } from "#tools/tenant/kv/serve-kv-api";

const wrangler = path.join(
  path.dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);
const ACCOUNT = "0123456789abcdef0123456789abcdef";
const NAMESPACE = "fedcba9876543210fedcba9876543210";

/** What wrangler and our client understand alike is Cloudflare's API, as far as it can be known without an account. */
describe("the real wrangler on the served KV API", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "wrangler-kv-"));
  let api: KvApi;
  before(async () => {
    api = await serveKvApi(memoryKeyValues(), { accountId: ACCOUNT, namespaceId: NAMESPACE });
  });
  after(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });

  async function kv(...args: string[]): Promise<string> {
    const env = {
      PATH: process.env["PATH"],
      CI: "1",
      HOME: folder,
      NO_COLOR: "1",
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
      CLOUDFLARE_API_TOKEN: api.token,
      CLOUDFLARE_API_BASE_URL: new URL("/client/v4", api.url).href,
    };
    const where = [`--namespace-id=${NAMESPACE}`, "--remote"];
    const { stdout } = await promisify(execFile)(process.execPath, [wrangler, "kv", ...args, ...where], {
      cwd: folder,
      env,
    });
    return stdout;
  }

  it("reads what we write, and lists it with its metadata", async () => {
    await restKeyValues(api).put("acme:prompt:version:system:1", "One\ntwo.", { at: "now" });
    assert.equal(await kv("key", "get", "acme:prompt:version:system:1", "--text"), "One\ntwo.\n");
    const listed = JSON.parse(await kv("key", "list", "--prefix=acme:prompt:")) as unknown;
    assert.deepEqual(listed, [{ name: "acme:prompt:version:system:1", metadata: { at: "now" } }]);
  });

  it("writes what we read, in the form in which we write", async () => {
    const pairs = [
      { key: "acme:plain", value: "a\nvalue" },
      { key: "acme:described", value: "another value", metadata: { at: "then" } },
    ];
    writeFileSync(path.join(folder, "pairs.json"), JSON.stringify(pairs));
    await kv("bulk", "put", "pairs.json");
    assert.equal(await restKeyValues(api).get("acme:plain"), "a\nvalue");
    assert.equal(await restKeyValues(api).get("acme:described"), "another value");
    assert.deepEqual(await restKeyValues(api).list("acme:d"), [{ key: "acme:described", metadata: { at: "then" } }]);
  });
});
