import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";

import { promptDigest, shortVersion } from "#settings/prompt-version";
import { settingsKey } from "#settings/settings-document";
import { tenantConfigSchema, type TenantConfigInput } from "#tenancy/tenant-config";
import { callTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";
import { renderWranglerConfig } from "#tools/tenant/config/wrangler-config";
import { DevProgram } from "#tools/tenant/dev/dev-program";
import { memoryKeyValues } from "#tools/tenant/kv/memory-key-values";
import { serveKvApi, type KvApi } from "#tools/tenant/kv/serve-kv-api";

const BUNDLE = process.env["WORKER_BUNDLE"] ?? "";
const NAMESPACE = "fedcba9876543210fedcba9876543210";
const CONFIG: TenantConfigInput = {
  tenantId: "acme",
  displayName: "Acme Inc.",
  accountId: "0123456789abcdef0123456789abcdef",
  environments: { production: { resources: { kvNamespaceId: NAMESPACE } } },
};

const folder = mkdtempSync(path.join(os.tmpdir(), "settings-"));
const inFolder = (name: string): string => path.join(folder, name);
const config = tenantConfigSchema.parse(CONFIG);
const start = {
  folder,
  bundle: BUNDLE,
  wranglerFile: inFolder("wrangler.dev.jsonc"),
  dataDir: inFolder("data"),
  readyFile: inFolder("ready.json"),
};
mkdirSync(inFolder("prompts"));
writeFileSync(inFolder("config.json"), JSON.stringify(CONFIG));
writeFileSync(start.wranglerFile, renderWranglerConfig(config, "dev"));
writeFileSync(inFolder("prompts/system.md"), "Answer in rhymes, for {{tenant}}.\n");

/** What the bundle of the test Worker holds. */
const BAKED_PROMPT = "You are the assistant of Acme Inc. Be brief.";

after(() => rmSync(folder, { recursive: true, force: true }));

type Program = "flags" | "keys" | "prompts";

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** A program as the macro starts it. */
async function run(program: Program, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const files = [
    "--tenant=acme",
    `--bundle=${BUNDLE}`,
    `--wrangler=${start.wranglerFile}`,
    `--config=${inFolder("config.json")}`,
    "--migrations=platform/storage/migrations",
  ];
  const child = spawn(process.execPath, [`tools/tenant/${program}.js`, ...files, ...args], {
    env: {
      ...process.env,
      BUILD_WORKSPACE_DIRECTORY: undefined,
      BUILD_WORKING_DIRECTORY: folder,
      NO_COLOR: "1",
      ...env,
    },
  });
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, errors };
}

async function promptVersion(address: TenantAddress): Promise<string> {
  const answer = await callTenant(address, "POST", "/chat", { message: "Hello", stream: false });
  return (answer as { promptVersion: string }).promptVersion;
}

describe(":flags, :prompts and :keys on this machine", () => {
  const servers: DevProgram[] = [];
  const local = async (program: Program, ...args: string[]): Promise<string> => {
    const { code, out, errors } = await run(program, [...args, "--data=data"]);
    assert.equal(code, 0, out + errors);
    return out;
  };
  const startDev = async (): Promise<{ dev: DevProgram; address: TenantAddress }> => {
    const dev = new DevProgram(start);
    servers.push(dev);
    return { dev, address: await dev.ready() };
  };
  after(() => Promise.all(servers.map((server) => server.stop())));

  it("change the data of a stopped server, which obeys when it starts", async () => {
    await local("flags", "set", "ingestion", "off");
    await local("prompts", "push", "prompts/system.md", "--activate", "--message", "rhymes");
    const { versions } = JSON.parse(await local("prompts", "list", "--json")) as { versions: { digest: string }[] };
    const { dev, address } = await startDev();
    assert.equal(await promptVersion(address), versions[0]?.digest.slice(0, 12));
    await assert.rejects(callTenant(address, "POST", "/ingest", { docId: "a", text: "b" }), /switched off/);
    await dev.stop();
  });

  it("change the data of a running server, and leave them behind when it stops", async () => {
    const { dev, address } = await startDev();
    assert.match(await local("prompts", "list"), /\n {2}\* {2}[0-9a-f]{12} .* rhymes\n/);
    assert.equal(await local("prompts", "show"), "Answer in rhymes, for {{tenant}}.\n");
    await local("prompts", "rollback");
    await local("flags", "unset", "ingestion");
    assert.match(await local("flags", "get", "ingestion"), /^on\n$/);
    assert.match(await promptVersion(address), /^[0-9a-f]{12}$/);
    await dev.stop();
    assert.match(await local("prompts", "list"), /\n {2}\* {2}baked /);
    const again = await startDev();
    assert.equal(await promptVersion(again.address), shortVersion(await promptDigest(BAKED_PROMPT)));
    await callTenant(again.address, "POST", "/ingest", { docId: "a", text: "b" });
    await again.dev.stop();
  });

  it("make a key that a running server takes, with its scopes alone", async () => {
    const { dev, address } = await startDev();
    const made = JSON.parse(await local("keys", "create", "--scopes=search", "--json")) as { key: string };
    const mine = { ...address, apiKey: made.key };
    await callTenant(mine, "POST", "/search", { query: "rhymes", mode: "retrieve" });
    await assert.rejects(callTenant(mine, "POST", "/chat", { message: "Hello", stream: false }), /scope "chat"/);
    await dev.stop();
    const [, id = ""] = /(key_[0-9a-f]{16}) .* search\b/.exec(await local("keys", "list")) ?? [];
    await local("keys", "revoke", id);
    const again = await startDev();
    await assert.rejects(callTenant({ ...again.address, apiKey: made.key }, "GET", "/usage"), /not valid here/);
    await again.dev.stop();
  });

  it("say what is wrong with a file before they open anything", async () => {
    writeFileSync(inFolder("prompts/bad.md"), "Hello {{user}}.\n");
    const { code, errors } = await run("prompts", ["push", "prompts/bad.md", "--prompt=system", "--data=nowhere"]);
    assert.equal(code, 1);
    assert.match(errors, /bad\.md:1: unknown placeholder \{\{user\}\}/);
  });

  for (const [program, args, code] of [
    ["prompts", ["push", "prompts/system.md", `--message=${"x".repeat(201)}`], 2],
    ["prompts", ["push"], 2],
    ["prompts", ["list", "all"], 2],
    ["prompts", ["show", "a", "b"], 2],
    ["prompts", ["list", "--prompt=other"], 2],
    ["keys", ["create"], 2],
    ["flags", ["list", "--env=test"], 2],
    ["flags", ["list", "--env=production", "--data=data"], 2],
    ["flags", ["list", "--env=staging"], 1],
  ] as const) {
    it(`refuse ":${program} ${args.join(" ").slice(0, 60)}" with exit code ${code} and a remedy`, async () => {
      const ended = await run(program, args);
      assert.equal(ended.code, code, ended.out + ended.errors);
      assert.match(ended.errors, /^error: [^]*\n {2}fix: /);
      assert.doesNotMatch(ended.errors, /at .*\.[jt]s:\d+/);
    });
  }
});

describe(":flags and :prompts in an account", () => {
  let api: KvApi;
  const keyValues = memoryKeyValues();
  const production = (program: Program, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    run(program, [...args, "--env=production"], {
      CLOUDFLARE_API_BASE_URL: new URL("/client/v4", api.url).href,
      CLOUDFLARE_API_TOKEN: "of another tenant",
      CLOUDFLARE_API_TOKEN_ACME: api.token,
      ...env,
    });
  before(async () => {
    api = await serveKvApi(keyValues, { accountId: config.accountId, namespaceId: NAMESPACE });
  });
  after(() => api.close());

  it("change nothing without --yes, and everything with it", async () => {
    const asked = await production("flags", ["set", "searchAnswers", "off"]);
    assert.equal(asked.code, 2);
    assert.match(asked.out, /^acme, production\n {2}~ searchAnswers {2}on → off\n$/);
    assert.match(asked.errors, /nothing was changed in production/);
    assert.equal(await keyValues.get(settingsKey(config.tenantId)), undefined);
    const told = await production("flags", ["set", "searchAnswers", "off", "--yes"]);
    assert.equal(told.code, 0, told.errors);
    assert.match(told.out, /done: in force everywhere within 60 seconds\nundo: .*--env production --yes\n$/);
    assert.match((await keyValues.get(settingsKey(config.tenantId))) ?? "", /"searchAnswers":false/);
  });

  it("push, activate and roll back prompts", async () => {
    assert.equal((await production("prompts", ["push", "prompts/system.md", "--activate", "--yes"])).code, 0);
    const shown = await production("prompts", ["show"]);
    assert.equal(shown.out, "Answer in rhymes, for {{tenant}}.\n", shown.errors);
    assert.equal((await production("prompts", ["rollback", "--yes"])).code, 0);
    assert.match((await production("prompts", ["list"])).out, /\n {2}\* {2}baked /);
  });

  it("never show the token, and say what to do when it is refused", async () => {
    const { code, out, errors } = await production("flags", ["list"], { CLOUDFLARE_API_TOKEN_ACME: "wrong-token" });
    assert.equal(code, 1);
    assert.match(errors, /HTTP 401[^]*Workers KV Storage: Edit/);
    assert.doesNotMatch(out + errors, /wrong-token/);
  });
});
