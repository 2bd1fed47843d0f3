import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as sendHttp } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";

import type { TokenRecord } from "#simulators/cloudflare-api/accounts/token-record";
import {
  type CloudflareApi,
  type CloudflareApiOptions,
  startCloudflareApi,
} from "#simulators/cloudflare-api/start-cloudflare-api";
import { ENVIRONMENTS } from "#tenancy/environments";
import { readTenantConfig } from "#tools/tenant/config/read-tenant-config";
import { renderWranglerConfig } from "#tools/tenant/config/wrangler-config";

export const ACCOUNT = "0123456789abcdef0123456789abcdef";
export const TOKEN = "a-token-that-nobody-may-ever-see";

const MIGRATIONS = path.resolve("platform/storage/migrations");
const ASSETS = path.resolve("platform/console/assets");

/**
 * Stands in for Bazel, which a test cannot start: it answers where the built files are, and names the tenants. That the
 * query finds them in the real build is a test of its own, see tools/build/tests.
 */
const BAZEL = `#!/bin/sh
case "$1" in
  query) for folder in tenants/*/; do echo "//tenants/$(basename "$folder"):deploy"; done ;;
  info) pwd ;;
esac
`;

/** Commands of a tenant that change what its Worker reads at run time. */
const TENANT_PROGRAMS: ReadonlySet<string> = new Set(["flags", "keys"]);

/** How a command ended. */
export interface CommandResult {
  /** `null`: it was killed. */
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly output: string;
  readonly stdout: string;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Hears of the process, and of what it prints as it does; a test that ends it early does it with this. */
  readonly onSpawn?: (process: ChildProcess) => void;
  readonly onOutput?: (text: string, process: ChildProcess) => void;
}

/** A checkout with built tenants, and the accounts they are deployed to. */
export interface FleetWorkspace {
  readonly folder: string;
  readonly api: CloudflareApi;
  /** Makes a tenant: its config, and what the build makes of it. */
  addTenant(id: string, accountId?: string): void;
  /** Writes the build of a tenant anew; `text` makes it another bundle. */
  build(id: string, text?: string): void;
  /** Changes the tenant's config, and builds. */
  configure(id: string, change: (config: Record<string, unknown>) => void): void;
  /** Runs a command of a tenant as its target would. */
  run(command: string, tenant: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Runs a command for all tenants, `deploy-all` or `drift-all`, as its target would. */
  runAll(command: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Asks the edge. */
  ask(
    hostname: string,
    path: string,
    init?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

/** Where a bundle's config says that its tenant is enabled. */
const ENABLED = /(\(\{tenants:\[\{tenantId:[^{}]*?enabled:)!0/;

/** Starts the simulated accounts and makes an empty checkout. The bundle of every tenant is acme's, with its name changed. */
export async function createFleetWorkspace(options: Partial<CloudflareApiOptions> = {}): Promise<FleetWorkspace> {
  const folder = mkdtempSync(path.join(tmpdir(), "fleet-"));
  const token: TokenRecord = { token: TOKEN, accounts: [ACCOUNT], email: "ops@example.com", permissions: "all" };
  const api = await startCloudflareApi({ tokens: [token], dataDir: path.join(folder, "cloudflare"), ...options });
  const tenantDir = (id: string): string => path.join(folder, "tenants", id);
  const bundle = process.env["WORKER_BUNDLE"] ?? "";
  mkdirSync(path.join(folder, "tools"));
  writeFileSync(path.join(folder, "tools/bazel"), BAZEL, { mode: 0o755 });
  cpSync(MIGRATIONS, path.join(folder, "platform/storage/migrations"), { recursive: true, dereference: true });
  cpSync(ASSETS, path.join(folder, "platform/console/assets"), { recursive: true, dereference: true });

  const workspace: FleetWorkspace = {
    folder,
    api,
    addTenant(id, accountId = ACCOUNT) {
      mkdirSync(path.join(tenantDir(id), "gen"), { recursive: true });
      const environments = {
        staging: { hostnames: [`ai.staging.${id}.example`] },
        production: { hostnames: [`ai.${id}.example`] },
      };
      const config = { tenantId: id, displayName: id, accountId, environments };
      writeFileSync(
        path.join(tenantDir(id), "tenant.config.json"),
        `// ${id}, made for a test\n${JSON.stringify(config)}\n`,
      );
      workspace.build(id);
    },
    build(id, text = "") {
      const config = readTenantConfig(path.join(tenantDir(id), "tenant.config.json"), id);
      const gen = path.join(tenantDir(id), "gen");
      writeFileSync(path.join(gen, "config.json"), JSON.stringify(config));
      for (const environment of ENVIRONMENTS) {
        writeFileSync(path.join(gen, `wrangler.${environment}.jsonc`), renderWranglerConfig(config, environment));
      }
      const code = readFileSync(bundle, "utf8").replaceAll(/\bacme\b/g, id);
      if (!ENABLED.test(code)) throw new Error("The bundle holds its config in another form than here.");
      const served = config.enabled ? code : code.replace(ENABLED, "$1!1");
      writeFileSync(path.join(tenantDir(id), "bundle.js"), `${served}\n// ${text}\n`);
      writeFileSync(path.join(tenantDir(id), "bundle.js.map"), readFileSync(`${bundle}.map`));
    },
    configure(id, change) {
      const file = path.join(tenantDir(id), "tenant.config.json");
      const config = JSON.parse(JSON.stringify(readTenantConfig(file, id))) as Record<string, unknown>;
      change(config);
      writeFileSync(file, JSON.stringify(config));
      workspace.build(id);
    },
    run: (command, tenant, args, given) =>
      runProgram(workspace, command, [...filesOf(tenantDir(tenant), command, tenant), ...args], given),
    runAll: (command, args, given) => runProgram(workspace, command, args, given),
    ask: (hostname, target, init) => askEdge(api.origin, hostname, target, init),
    async close() {
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return workspace;
}

/** The arguments that the macro gives to a tenant's command. */
function filesOf(dir: string, command: string, tenant: string): readonly string[] {
  return [
    `--tenant=${tenant}`,
    `--bundle=${dir}/bundle.js`,
    `--config=${dir}/gen/config.json`,
    `--migrations=${MIGRATIONS}`,
    command === "smoke" || TENANT_PROGRAMS.has(command)
      ? `--wrangler=${dir}/gen/wrangler.dev.jsonc`
      : `--wrangler-dir=${dir}/gen`,
  ];
}

function runProgram(
  { folder, api }: FleetWorkspace,
  command: string,
  args: readonly string[],
  { env = {}, stdin, onSpawn, onOutput }: CommandOptions = {},
): Promise<CommandResult> {
  const folderOf = TENANT_PROGRAMS.has(command) ? "tenant" : "fleet";
  const child = spawn(process.execPath, [path.resolve(`tools/${folderOf}/${command}.js`), ...args], {
    env: {
      ...process.env,
      BUILD_WORKSPACE_DIRECTORY: folder,
      CLOUDFLARE_API_BASE_URL: api.apiUrl,
      CLOUDFLARE_API_TOKEN: TOKEN,
      DEPLOYED_BY: "ops@example.com",
      NO_COLOR: "1",
      ...env,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onSpawn?.(child);
  const [all, out]: [string[], string[]] = [[], []];
  const hear = (text: string): void => {
    all.push(text);
    onOutput?.(text, child);
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out.push(text);
    hear(text);
  });
  child.stderr.setEncoding("utf8").on("data", hear);
  child.stdin.end(stdin ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output: all.join(""), stdout: out.join("") }));
  });
}

function askEdge(
  origin: string,
  host: string,
  target: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const { hostname, port } = new URL(origin);
  const request = sendHttp({ hostname, port, path: target, method, headers: { ...headers, host } }, (answer) => {
    const texts: string[] = [];
    answer.setEncoding("utf8").on("data", (text: string) => texts.push(text));
    answer.once("end", () => resolve({ status: answer.statusCode ?? 0, text: texts.join("") }));
  });
  request.once("error", reject).end(body);
  return promise;
}
