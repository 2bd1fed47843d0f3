import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

import { EXIT_CODES, CommandError, formatFailure } from "#tools/command/command-line";
import { paintFor } from "#tools/command/paint";
import { createScreen } from "#tools/command/screen";
import { reportIngest } from "#tools/tenant/client/report-ingest";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";
import { formatLogLine } from "#tools/tenant/dev/access-log";
import { builtPath, labelOf, type DevOptions } from "#tools/tenant/dev/dev-options";
import { createRebuilder } from "#tools/tenant/dev/rebuild";
import { formatStartScreen, urlUnderOwnName } from "#tools/tenant/dev/start-screen";
import { watchSources } from "#tools/tenant/dev/watch-sources";
import { ensureDevelopmentKey } from "#tools/tenant/local/development-key";
import { namespaceKeyValues } from "#tools/tenant/kv/namespace-key-values";
import { serveKvApi } from "#tools/tenant/kv/serve-kv-api";
import { choosePort, DEFAULT_PORT } from "#tools/tenant/local/free-port";
import { checkModelServer, describeModel } from "#tools/tenant/local/model-options";
import { announceServer, findServer, writeOwnFile } from "#tools/tenant/local/server-state";
import { startTenantRuntime, type TenantRuntime } from "#tools/tenant/local/tenant-runtime";

const out = paintFor(process.stdout);
const screen = createScreen(process.stdout);
const say = (text: string): void => screen.line(text);

/** A step that must be undone at the end; they are undone last first. */
type Cleanup = () => void | Promise<void>;

/** Serves a tenant until the process is told to stop. Answers the exit code. */
export async function runDevServer(options: DevOptions): Promise<number> {
  const startedMs = performance.now();
  const cleanups: Cleanup[] = [];
  try {
    const runtime = await startServer(options);
    cleanups.push(() => runtime.dispose());
    const stopped = stopSignal();
    const { files, dataDir } = options;
    const apiKey = await ensureDevelopmentKey(files.tenantId, runtime.kv, dataDir, Date.now());
    const address = { url: runtime.url, apiKey };
    const served = { accountId: "local", namespaceId: files.tenantId };
    const kv = await serveKvApi(namespaceKeyValues(runtime.kv), served);
    cleanups.push(() => kv.close());
    const { url, token } = kv;
    const state = { ...address, tenantId: files.tenantId, pid: process.pid, kv: { url, token } };
    cleanups.push(announceServer(dataDir, state));
    const ownUrl = urlUnderOwnName(runtime.url, files.config?.environments.dev.hostnames);
    say(startScreen(options, { url: ownUrl, apiKey }, Math.round(performance.now() - startedMs)));
    // Before the ready file: who waits for that may change a source at once.
    if (options.watchDir !== undefined) cleanups.push(watchAndReload(runtime, options, options.watchDir));
    if (options.readyFile !== undefined) {
      cleanups.push(writeOwnFile(options.readyFile, { url: runtime.url, tenantId: files.tenantId, apiKey }));
    }
    if (options.shouldOpen) openBrowser(ownUrl);
    if (options.ingestDir !== undefined) void ingestOnce(address, options.ingestDir, stopped.signal);
    await stopped.promise;
    say(out("dim", "stopping"));
    return EXIT_CODES.ok;
  } finally {
    for (const undo of cleanups.toReversed()) await undo();
  }
}

/** A failure is told; it does not stop the server. */
async function ingestOnce(address: TenantAddress, folder: string, signal: AbortSignal): Promise<void> {
  try {
    await reportIngest(address, { folder }, { screen, paint: out }, signal);
  } catch (error) {
    if (!signal.aborted) screen.endProgress(`ingest of ${folder} stopped\n${formatFailure(error)}`);
  }
}

async function startServer({ files, dataDir, host, port, model, areLimitsOn }: DevOptions): Promise<TenantRuntime> {
  const running = findServer(dataDir);
  if (running !== undefined) {
    throw new CommandError(`a server of ${running.tenantId} already runs on this data folder: ${running.url}`, {
      why: `process ${running.pid} uses ${dataDir}`,
      fix: "use that one, stop it, or give this one another --data",
    });
  }
  if (model !== undefined && files.config !== undefined) await checkModelServer(model, files.config);
  return startTenantRuntime({
    ...files,
    dataDir,
    host,
    port: await choosePort(host, port),
    ...(model === undefined ? {} : { model }),
    areLimitsOn,
    onLog: ({ message }) => say(formatLogLine(message, out)),
  });
}

function startScreen(options: DevOptions, address: { url: string; apiKey: string }, startMs: number): string {
  const { files, port, dataDir, model, watchDir } = options;
  const isMoved = port === undefined && new URL(address.url).port !== String(DEFAULT_PORT);
  return formatStartScreen(
    {
      ...address,
      tenantId: files.tenantId,
      displayName: files.config?.displayName,
      dataDir: shortPath(dataDir),
      model: describeModel(model),
      portNote: isMoved ? `(port ${DEFAULT_PORT} is taken)` : undefined,
      watching: watchDir !== undefined,
      startMs,
    },
    out,
  );
}

/** The pages that the Worker serves; the wrangler configuration names their folder, beside which it lies. */
const CONSOLE_ASSETS = "//platform/console:assets";

/** Builds after each change and serves the new files; while a build fails, the last good version goes on serving. */
function watchAndReload(runtime: TenantRuntime, { files }: DevOptions, watchDir: string): Cleanup {
  const built = [files.bundle, files.wrangler].map((file) => ({
    label: labelOf(file),
    path: builtPath(watchDir, file),
  }));
  const rebuilder = createRebuilder(watchDir, [...built.map(({ label }) => label), CONSOLE_ASSETS]);
  const [bundle = files.bundle, wrangler = files.wrangler] = built.map((file) => file.path);
  // Of a pool: its folder, with those of all its tenants.
  const folders = ["apps", "platform", path.posix.dirname(files.bundle)]
    .map((folder) => path.join(watchDir, folder))
    .filter((folder) => existsSync(folder));
  const unwatch = watchSources(folders, async (changed) => {
    const startedMs = performance.now();
    say(out("dim", `${changed} changed, building`));
    const outcome = await rebuilder.build();
    if (!outcome.ok) {
      say(`${out("red", "the build failed; the version before it goes on serving")}\n${outcome.errors}`);
      return;
    }
    try {
      await runtime.reload({ bundle, wrangler });
      say(out("green", `reloaded in ${Math.round(performance.now() - startedMs)} ms`));
    } catch (error) {
      say(out("red", `could not load the new version: ${error instanceof Error ? error.message : String(error)}`));
    }
  });
  return async () => {
    unwatch();
    await rebuilder.stop();
  };
}

/**
 * Resolves at Ctrl-C or a polite kill; a second one ends the process at once. To be called once the runtime is up:
 * its own handlers, which end the process before anything is put away, are replaced.
 */
function stopSignal(): { readonly promise: Promise<void>; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const promise = new Promise<void>((resolve) => {
    const onSignal = (): void => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
      resolve();
    };
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.removeAllListeners(name).on(name, onSignal);
  });
  return { promise, signal: controller.signal };
}

function openBrowser(url: string): void {
  const program = process.platform === "darwin" ? "open" : "xdg-open";
  const child = spawn(program, [url], { stdio: "ignore", detached: true });
  child.on("error", () => say(`${program} is not there: open ${url} yourself`));
  child.unref();
}

function shortPath(file: string): string {
  const home = process.env["HOME"];
  return home !== undefined && home !== "/" && file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
}
