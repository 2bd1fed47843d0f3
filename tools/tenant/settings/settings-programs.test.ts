import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, describe, it } from "node:test";

import { promptDigest, promptVersionKey, shortVersion } from "#settings/prompt-version";
import { settingsKey } from "#settings/settings-document";
import type { TokenRecord } from "#simulators/cloudflare-api/accounts/token-record";
import { type CloudflareApi, startCloudflareApi } from "#simulators/cloudflare-api/start-cloudflare-api";
import { tenantConfigSchema, type TenantConfigInput } from "#tenancy/tenant-config";
import { callTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";
import { renderWranglerConfig } from "#tools/tenant/config/wrangler-config";
import { DevProgram } from "#tools/tenant/dev/dev-program";

const BUNDLE = process.env["WORKER_BUNDLE"] ?? "";
const NAMESPACE = "fedcba9876543210fedcba9876543210";
const PROMPT = "Answer in rhymes,\n  for {{tenant}}.";
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
writeFileSync(inFolder("prompts/system.md"), `${PROMPT}\n`);

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

  // Each test goes on where the one before it ended: every start of a server takes seconds.
  let running: Awaited<ReturnType<typeof startDev>>;
  let made: { readonly key: string };

  it("change the data of a stopped server, which obeys when it starts", async () => {
    await local("flags", "set", "ingestion", "off");
    await local("prompts", "push", "prompts/system.md", "--activate", "--message", "rhymes");
    const { versions } = JSON.parse(await local("prompts", "list", "--json")) as { versions: { digest: string }[] };
    running = await startDev();
    assert.equal(await promptVersion(running.address), versions[0]?.digest.slice(0, 12));
    await assert.rejects(callTenant(running.address, "POST", "/ingest", { docId: "a", text: "b" }), /switched off/);
  });

  it("change the data of a running server", async () => {
    assert.match(await local("prompts", "list"), /\n {2}\* {2}[0-9a-f]{12} .* rhymes\n/);
    assert.equal(await local("prompts", "show"), `${PROMPT}\n`);
    await local("prompts", "rollback");
    await local("flags", "unset", "ingestion");
    assert.match(await local("flags", "get", "ingestion"), /^on\n$/);
    assert.match(await promptVersion(running.address), /^[0-9a-f]{12}$/);
  });

  it("make a key that a running server takes, with its scopes alone", async () => {
    made = JSON.parse(await local("keys", "create", "--scopes=search", "--json")) as typeof made;
    const mine = { ...running.address, apiKey: made.key };
    await callTenant(mine, "POST", "/search", { query: "rhymes", mode: "retrieve" });
    await assert.rejects(callTenant(mine, "POST", "/chat", { message: "Hello", stream: false }), /scope "chat"/);
  });

  it("leave behind what they changed when it stops, and revoke a key meanwhile", async () => {
    await running.dev.stop();
    assert.match(await local("prompts", "list"), /\n {2}\* {2}baked /);
    const [, id = ""] = /(key_[0-9a-f]{16}) .* search\b/.exec(await local("keys", "list")) ?? [];
    await local("keys", "revoke", id);
    const { address } = await startDev();
    assert.equal(await promptVersion(address), shortVersion(await promptDigest(BAKED_PROMPT)));
    await callTenant(address, "POST", "/ingest", { docId: "a", text: "b" });
    await assert.rejects(callTenant({ ...address, apiKey: made.key }, "GET", "/usage"), /not valid here/);
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
  const { accountId } = CONFIG;
  const token = (name: string, permissions: TokenRecord["permissions"]): TokenRecord => ({
    token: name,
    email: "ops@example.com",
    accounts: [accountId],
    permissions,
  });
  let api: CloudflareApi;
  before(async () => {
    const readOnly = token("read-only-token", ["Workers KV Storage Read"]);
    api = await startCloudflareApi({ tokens: [token("own-token", ["Workers KV Storage Write"]), readOnly] });
    api.state.namespaces.put(accountId, NAMESPACE, { id: NAMESPACE, title: "acme-production" });
  });
  beforeEach(() => api.faults.clear());
  after(() => api.close());

  const production = (program: Program, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    run(program, [...args, "--env=production"], {
      CLOUDFLARE_API_BASE_URL: api.apiUrl,
      CLOUDFLARE_API_TOKEN: "token of another tenant",
      CLOUDFLARE_API_TOKEN_ACME: "own-token",
      ...env,
    });
  const stored = (key: string) => api.state.kv.get(NAMESPACE, key)?.value.toString("utf8");
  const settings = () => stored(settingsKey(config.tenantId));

  it("change nothing without --yes, and what was said with it", async () => {
    const asked = await production("flags", ["set", "searchAnswers", "off"]);
    assert.equal(asked.code, 2);
    assert.match(asked.out, /^acme, production\n {2}~ searchAnswers {2}on → off\n$/);
    assert.match(asked.errors, /nothing was changed in production/);
    assert.equal(settings(), undefined);
    const told = await production("flags", ["set", "searchAnswers", "off", "--yes"]);
    assert.equal(told.code, 0, told.errors);
    assert.match(told.out, /done: in force everywhere within 60 seconds\nundo: .*--env production --yes\n$/);
    assert.match(settings() ?? "", /"searchAnswers":false/);
  });

  it("push, activate and roll back prompts, letter by letter", async () => {
    const pushed = await production("prompts", ["push", "prompts/system.md", "--activate", "--yes", "--json"]);
    assert.equal(pushed.code, 0, pushed.errors);
    const { digest } = JSON.parse(pushed.out) as { digest: string };
    assert.equal(stored(promptVersionKey(config.tenantId, "system", digest)), PROMPT);
    assert.equal((await production("prompts", ["show"])).out, `${PROMPT}\n`);
    assert.equal((await production("prompts", ["rollback", "--yes"])).code, 0);
    assert.match((await production("prompts", ["list"])).out, /\n {2}\* {2}baked /);
  });

  it("never leave a pointer to a text that was not stored, and can be repeated", async () => {
    writeFileSync(inFolder("prompts/next.md"), "Answer in prose.");
    const push = ["push", "prompts/next.md", "--prompt=system", "--activate", "--yes"];
    api.faults.add({ kind: "refuse", match: /^PUT/, status: 500, times: 1 });
    const refused = await production("prompts", push);
    assert.equal(refused.code, 1);
    assert.match(refused.errors, /HTTP 500[^]*fix: run it again/);
    assert.match((await production("prompts", ["list"])).out, /\n {2}\* {2}baked /);
    // The text is stored, its answer lost: the pointer was not reached.
    api.faults.add({ kind: "cut", match: /^PUT/, times: 1 });
    const cut = await production("prompts", push);
    assert.equal(cut.code, 1);
    assert.match(cut.errors, /cannot reach [^]*every step can be repeated/);
    const again = await production("prompts", push);
    assert.equal(again.code, 0, again.errors);
    assert.doesNotMatch(again.out, /\+ system/);
    assert.equal((await production("prompts", ["show"])).out, "Answer in prose.\n");
  });

  for (const [what, given, why] of [
    ["is unknown", "wrong-token", /HTTP 40[0-9]/],
    ["may only read", "read-only-token", /HTTP 403[^]*Workers KV Storage: Edit/],
  ] as const) {
    it(`say what to do when the token ${what}, and never show it`, async () => {
      const args = ["set", "ingestion", "off", "--yes"];
      const { code, out, errors } = await production("flags", args, { CLOUDFLARE_API_TOKEN_ACME: given });
      assert.equal(code, 1);
      assert.match(errors, why);
      assert.match(errors, /fix: use a token/);
      assert.ok(!(out + errors).includes(given));
      assert.doesNotMatch(settings() ?? "", /ingestion/);
    });
  }

  it("reach no other namespace of the account", async () => {
    await production("flags", ["set", "ingestion", "off", "--yes"]);
    const paths = api.calls.map(({ path }) => path);
    assert.ok(paths.length > 10);
    assert.ok(paths.every((path) => path.startsWith(`/accounts/${accountId}/storage/kv/namespaces/${NAMESPACE}/`)));
  });
});
