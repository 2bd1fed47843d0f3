import { spawn } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import * as z from "#base/zod";

import { CommandError } from "#tools/command/command-line";
import { redact } from "../account/credentials.js";

/** What every run of wrangler needs. */
export interface WranglerOptions {
  readonly apiUrl: string;
  readonly token: string;
  readonly accountId: string;
  /** Longest run, milliseconds. */
  readonly timeoutMs: number;
  /** Pause before a failed run is made again, milliseconds; longer each time. */
  readonly pauseMs: number;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** The files that wrangler uploads. */
export interface WranglerFiles {
  readonly bundle: string;
  readonly wrangler: string;
  /** Folder of the static assets. */
  readonly assets?: string | undefined;
}

/** Secrets for wrangler, handed over in a file that only the user can read and that is removed afterwards. */
export interface SecretsInput {
  /** What names the file: `--secrets-file`, or nothing where it is the argument. */
  readonly option: readonly string[];
  /** `null` deletes. */
  readonly values: Readonly<Record<string, string | null>>;
}

/** How a run ended. */
export interface WranglerResult {
  /** Standard output and error, without the token. */
  readonly output: string;
  /** The version that was made, if any. */
  readonly versionId: string | undefined;
}

/** Variables that a child needs to find its way out; the rest of the environment stays here. */
const PASSED_VARIABLES = [
  "PATH",
  "LANG",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
  "NODE_USE_ENV_PROXY",
  "SSL_CERT_FILE",
];

const outputSchema = z.looseObject({ type: z.string(), version_id: z.nullish(z.string()) });

/** A run of wrangler that failed. */
export class WranglerFailure extends CommandError {
  constructor(
    command: string,
    readonly output: string,
  ) {
    super(`wrangler ${command} failed`, {
      why: lastError(output),
      fix: "run the command again: it goes on where it stopped",
    });
  }
}

/** Runs until it succeeds; wrangler does not say whether an error will pass. */
const MAX_RUNS = 3;

/**
 * Runs the real wrangler, again if it fails: each of our commands may run twice.
 * @throws WranglerFailure of the last run
 */
export async function runWrangler(
  args: readonly string[],
  files: WranglerFiles,
  options: WranglerOptions,
  secrets?: SecretsInput,
): Promise<WranglerResult> {
  for (let run = 1; ; run += 1) {
    try {
      return await runOnce(args, files, options, secrets);
    } catch (error) {
      if (!(error instanceof WranglerFailure) || run === MAX_RUNS) throw error;
      await sleep(options.pauseMs * run, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}

/**
 * Runs wrangler on copies of the files, in a folder of its own that is removed afterwards: nothing of the
 * user's wrangler login or cache plays a part, and nothing of its logs stays.
 *
 * @throws WranglerFailure
 */
async function runOnce(
  args: readonly string[],
  files: WranglerFiles,
  options: WranglerOptions,
  secrets: SecretsInput | undefined,
): Promise<WranglerResult> {
  const folder = mkdtempSync(path.join(tmpdir(), "wrangler-"));
  try {
    const config = copyFiles(folder, files);
    const secretsFile = path.join(folder, "secrets.json");
    if (secrets !== undefined) writeFileSync(secretsFile, JSON.stringify(secrets.values), { mode: 0o600 });
    const outputFile = path.join(folder, "output.ndjson");
    const all = [...args, ...(secrets === undefined ? [] : [...secrets.option, secretsFile]), "--config", config];
    const env = { ...wranglerEnv(options, folder), WRANGLER_OUTPUT_FILE_PATH: outputFile };
    const { status, output } = await spawnWrangler(all, folder, env, options);
    const shown = redact(output, [options.token, ...secretTexts(secrets)]);
    if (status !== 0) throw new WranglerFailure(args.slice(0, 2).join(" "), shown);
    return { output: shown, versionId: readVersionId(outputFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Path of wrangler's program. @throws CommandError when the package is not there. */
export function findWrangler(from: string = import.meta.url): string {
  try {
    const manifest = createRequire(from).resolve("wrangler/package.json");
    return path.join(path.dirname(manifest), "bin", "wrangler.js");
  } catch {
    throw new CommandError("wrangler is not there", {
      why: "the npm package is missing beside this program",
      fix: "start the command with tools/bazel run, which brings it along",
    });
  }
}

/** Node itself: under rules_js, `process.execPath` is a wrapper that needs variables which children do not get. */
export function nodePath(env: NodeJS.ProcessEnv): string {
  return env["JS_BINARY__NODE_BINARY"] ?? process.execPath;
}

/** The environment of a wrangler that acts for one account. */
export function wranglerEnv({ apiUrl, token, accountId, env }: WranglerOptions, home: string): Record<string, string> {
  const passed = PASSED_VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  return {
    ...(Object.fromEntries(passed) as Record<string, string>),
    HOME: home,
    CI: "1",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    CLOUDFLARE_API_BASE_URL: apiUrl,
    CLOUDFLARE_API_TOKEN: token,
    CLOUDFLARE_ACCOUNT_ID: accountId,
  };
}

/** Lays the files out as in the repository: the configuration names them by paths that are relative to it. */
function copyFiles(folder: string, { bundle, wrangler, assets }: WranglerFiles): string {
  const tenant = path.join(folder, "tenants", "one");
  const config = path.join(tenant, "gen", "wrangler.jsonc");
  mkdirSync(path.dirname(config), { recursive: true });
  copyFileSync(wrangler, config);
  copyFileSync(bundle, path.join(tenant, "bundle.js"));
  if (existsSync(`${bundle}.map`)) copyFileSync(`${bundle}.map`, path.join(tenant, "bundle.js.map"));
  if (assets !== undefined) {
    cpSync(assets, path.join(folder, "platform/console/assets"), { recursive: true, dereference: true });
  }
  return config;
}

function spawnWrangler(
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  { timeoutMs, env: ownEnv, signal }: WranglerOptions,
): Promise<{ status: number; output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; output: string }>();
  const signals = [AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])];
  const child = spawn(nodePath(ownEnv), [findWrangler(), ...args], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.any(signals),
    // Whoever gives a signal decides what Ctrl-C means; the terminal must not tell the child as well.
    detached: signal !== undefined,
    killSignal: "SIGKILL",
  });
  let output = "";
  const keep = (chunk: Buffer): void => void (output += chunk.toString("utf8"));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.once("error", (error) => {
    if (error.name !== "AbortError") reject(error);
    else if (signal?.aborted === true) reject(signal.reason as Error);
    else resolve({ status: 1, output: `${output}\n[ERROR] no end within ${timeoutMs / 1_000} s` });
  });
  child.once("close", (status) => resolve({ status: status ?? 1, output }));
  return promise;
}

function readVersionId(outputFile: string): string | undefined {
  if (!existsSync(outputFile)) return undefined;
  const lines = readFileSync(outputFile, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const entries = lines.map((line) => outputSchema.parse(JSON.parse(line)));
  return entries.findLast(({ version_id: id }) => id != null)?.version_id ?? undefined;
}

function secretTexts(secrets: SecretsInput | undefined): string[] {
  return Object.values(secrets?.values ?? {}).filter((text) => text !== null);
}

/** The lines of wrangler's last error, without its ornaments. */
function lastError(output: string): string {
  const plain = output.replaceAll(/\u001b\[[0-9;]*m/g, "");
  const [, error = plain] = /^[^]*\[ERROR\]([^]*)$/.exec(plain) ?? [];
  const lines = error
    .split("\n")
    .map((line) => line.trim())
    .filter(
      (line) => line !== "" && !/If you think this is a bug|github\.com\/cloudflare|Logs were written/.test(line),
    );
  return lines.slice(0, 6).join(" ");
}
