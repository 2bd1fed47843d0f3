import assert from "node:assert/strict";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, afterEach, describe, it } from "node:test";

import { tenantConfigSchema } from "#tenancy/tenant-config";
import { runChatTurn } from "#tools/tenant/client/chat-stream";
import { callTenant } from "#tools/tenant/client/tenant-client";
import { renderWranglerConfig } from "#tools/tenant/config/wrangler-config";
import { DevProgram } from "#tools/tenant/dev/dev-program";
import { findServer } from "#tools/tenant/local/server-state";

const BUNDLE = process.env["WORKER_BUNDLE"] ?? "";
const VERSION_2 =
  'import { WorkflowEntrypoint } from "cloudflare:workers";\nexport default { fetch: () => new Response("version 2") };\nexport class ChatSession {}\nexport class IdempotencyRecord {}\nexport class TenantQuota {}\nexport class IngestWorkflow extends WorkflowEntrypoint {}\n';

const folder = mkdtempSync(path.join(os.tmpdir(), "dev-server-"));
const inFolder = (name: string): string => path.join(folder, name);
const readyFile = inFolder("ready.json");
const dataDir = inFolder("data");
const wranglerFile = inFolder("wrangler.dev.jsonc");

const config = tenantConfigSchema.parse({ tenantId: "acme", displayName: "Acme", accountId: "0".repeat(32) });
writeFileSync(wranglerFile, renderWranglerConfig(config, "dev"));
mkdirSync(inFolder("documents/more"), { recursive: true });
writeFileSync(inFolder("documents/kites.md"), "# Kites\n\nThe red kite nests in tall oak trees.\n");
writeFileSync(inFolder("documents/more/owls.txt"), "The barn owl hunts by ear.\n");
writeFileSync(inFolder("documents/picture.md"), new Uint8Array([0x89, 0x50, 0, 1]));

describe("the development server", () => {
  const servers: DevProgram[] = [];
  const start = (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): DevProgram => {
    const server = new DevProgram({ folder, bundle: BUNDLE, wranglerFile, dataDir, readyFile, args, env });
    servers.push(server);
    return server;
  };
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("serves, says where, ingests a folder, and puts everything away at Ctrl-C", async () => {
    const server = start(["--ingest", "documents"]);
    const address = await server.ready();
    await server.says("2 new or changed, 0 unchanged, 1 skipped, 0 failed");
    await server.says("skipped picture.md: not UTF-8 text");
    await server.says(`curl -sS ${address.url}/health`);
    const found = await callTenant(address, "POST", "/search", { query: "Where does the red kite nest?" });
    assert.match(JSON.stringify(found), /"docId":"kites\.md".*"title":"Kites"/);
    assert.equal(findServer(dataDir)?.url, address.url);
    assert.equal(await server.stop(), 0);
    assert.ok(!existsSync(readyFile));
    assert.equal(findServer(dataDir), undefined);
  });

  it("keeps key, documents and sessions from one start to the next", async () => {
    const first = start();
    const before = await first.ready();
    const { sessionId } = await runChatTurn(before, { message: "My name is Ada." }, () => undefined);
    await first.stop();
    const second = start(["--ingest", "documents"]);
    const now = await second.ready();
    assert.equal(now.apiKey, before.apiKey);
    await second.says("0 new or changed, 2 unchanged");
    assert.match(JSON.stringify(await callTenant(now, "GET", `/chat/${sessionId}/history`)), /My name is Ada/);
    assert.equal(statSync(path.join(dataDir, "development-key.json")).mode & 0o777, 0o600);
  });

  it("does not start twice on one data folder, and says where the other one is", async () => {
    const { url } = await start().ready();
    const second = start();
    assert.equal(await second.exitCode, 1);
    assert.ok(second.output.includes(`already runs on this data folder: ${url}`), second.output);
  });

  it("builds and serves what changed, and goes on serving when a build fails", async () => {
    const workspace = inFolder("workspace");
    const builtBundle = path.join(workspace, ".bazel/bin", BUNDLE);
    const builtWrangler = path.join(workspace, ".bazel/bin", wranglerFile);
    for (const file of [
      builtBundle,
      builtWrangler,
      path.join(workspace, "platform/a.ts"),
      path.join(workspace, "tools/bazel"),
    ]) {
      mkdirSync(path.dirname(file), { recursive: true });
    }
    cpSync(wranglerFile, builtWrangler);
    const fakeBazel = path.join(workspace, "tools/bazel");
    const setBazel = (script: string): void => {
      writeFileSync(fakeBazel, `#!/bin/sh\n${script}\n`);
      chmodSync(fakeBazel, 0o755);
    };
    setBazel("echo 'INFO: noise'; echo 'platform/a.ts(1,1): error TS1: no'; exit 1");
    const server = start([], { BUILD_WORKSPACE_DIRECTORY: workspace });
    const { url } = await server.ready();
    writeFileSync(path.join(workspace, "platform/a.ts"), "1");
    await server.says("goes on serving\nplatform/a.ts(1,1): error TS1: no\n");
    assert.notEqual(await (await fetch(url)).text(), "version 2");
    writeFileSync(builtBundle, VERSION_2);
    setBazel("exit 0");
    writeFileSync(path.join(workspace, "platform/a.ts"), "2");
    await server.says("reloaded in");
    assert.equal(await (await fetch(url)).text(), "version 2");
  });
});
