import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { promisify } from "node:util";

import { ENVIRONMENTS } from "#tenancy/environments";
import { tenantConfigSchema } from "#tenancy/tenant-config";
import { renderWranglerConfig } from "#tools/tenant/config/wrangler-config";

const wrangler = path.join(
  path.dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);
const config = tenantConfigSchema.parse({
  tenantId: "acme",
  displayName: "Acme",
  accountId: "0123456789abcdef0123456789abcdef",
  environments: { production: { hostnames: ["ai.acme.example"] } },
});

describe("the real wrangler", () => {
  const root = mkdtempSync(path.join(os.tmpdir(), "wrangler-accepts-"));
  after(() => rmSync(root, { recursive: true }));
  // As in the repository, whose other folders the configuration names.
  const folder = path.join(root, "tenants", "acme");
  mkdirSync(path.join(folder, "gen"), { recursive: true });
  mkdirSync(path.join(root, "platform/console/assets"), { recursive: true });
  writeFileSync(
    path.join(folder, "bundle.js"),
    'import { WorkflowEntrypoint } from "cloudflare:workers";\nexport default { fetch: () => new Response("") };\nexport class ChatSession {}\nexport class IdempotencyRecord {}\nexport class TenantQuota {}\nexport class IngestWorkflow extends WorkflowEntrypoint {}\n',
  );

  for (const name of ENVIRONMENTS) {
    it(`accepts the ${name} config with every binding and without a warning`, async () => {
      const file = path.join(folder, "gen", `wrangler.${name}.jsonc`);
      writeFileSync(file, renderWranglerConfig(config, name));
      const { stdout, stderr } = await promisify(execFile)(
        process.execPath,
        [wrangler, "deploy", "--dry-run", "--config", file, "--outdir", path.join(folder, `out-${name}`)],
        { env: { ...process.env, CI: "1", HOME: folder, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" } },
      );
      for (const binding of [
        "env.CHAT_SESSIONS (ChatSession)",
        "env.IDEMPOTENCY (IdempotencyRecord)",
        "env.QUOTAS (TenantQuota)",
        "env.INGEST_JOBS (IngestWorkflow)",
        "env.KV",
        `env.DB (acme-${name})`,
        `env.VECTORS (acme-${name})`,
        "env.AI",
        "env.ASSETS",
      ]) {
        assert.ok(stdout.includes(binding), `${binding} is missing in:\n${stdout}`);
      }
      assert.doesNotMatch(stdout + stderr, /WARNING|Unexpected fields/i);
    });
  }
});
