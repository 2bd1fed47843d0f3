import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { type SettingsDocument, settingsKey } from "#settings/settings-document";
import type { LogLine } from "#simulators/runtime/runtime-options";
import { startRuntime } from "#simulators/runtime/start-runtime";
import { SCOPES } from "#tenancy/scopes";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { announce } from "#tests/load/servers/server-process";
import type { FlagMessage, WorkerOptions } from "#tests/load/servers/worker-options";
import { LOAD_TENANT } from "#tests/load/workers/load-tenant";
import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

/** Serves the floor or the product in workerd, as told by the one argument: `WorkerOptions` as JSON. */
const options = JSON.parse(process.argv[2] ?? "{}") as WorkerOptions;
// In memory where there is such a folder: the disk of this machine is not what is measured.
const dataDir = mkdtempSync(path.join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "load-"));
process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
await (options.kind === "floor" ? serveFloor(options) : serveProduct(options));

async function serveFloor({ modulePath, upstreamUrl }: Extract<WorkerOptions, { kind: "floor" }>): Promise<void> {
  const config = { name: "floor", compatibility_date: "2026-11-01", vars: { UPSTREAM: upstreamUrl } };
  const runtime = await startRuntime({ dataDir, workers: [{ name: config.name, modulePath, config }] });
  announce({ url: runtime.url.origin }, () => runtime.dispose());
}

async function serveProduct(product: Extract<WorkerOptions, { kind: "product" }>): Promise<void> {
  const { modulePath, upstreamUrl, areLimitsOn, answer, tokenDelayMs = 0 } = product;
  const worker = await startTestWorker({
    dataDir,
    modulePath,
    // On Cloudflare a request for the API meets no static asset; here it would pass two Workers of the runtime's imitation.
    hasPages: false,
    extraVars: { LIMITS: areLimitsOn ? "on" : "off" },
    model: { tokenDelayMs, ...(upstreamUrl === undefined ? {} : { modelUrl: upstreamUrl }) },
    onLog: showErrors,
  });
  if (answer !== undefined) await worker.runtime.control.answerWith(answer, { times: Number.MAX_SAFE_INTEGER });
  const key = await worker.makeKey(LOAD_TENANT.tenantId, SCOPES);
  process.on("message", (message) => void setFlag(worker, message as FlagMessage));
  announce({ url: worker.runtime.url.origin, facts: { key } }, () => worker.dispose());
}

/** Tells the parent when it is stored. */
async function setFlag({ runtime }: TestWorker, { flag, value }: FlagMessage): Promise<void> {
  const KV = runtime.kv("KV");
  const document: SettingsDocument = { values: { [flag]: value } };
  await KV.put(settingsKey(tenantIdSchema.parse(LOAD_TENANT.tenantId)), JSON.stringify(document));
  process.send?.({ isDone: true });
}

function showErrors({ level, message }: LogLine): void {
  if (level === "error" || message.includes('"level":"error"')) process.stderr.write(`${message}\n`);
}
