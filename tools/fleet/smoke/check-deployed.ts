import { setTimeout as sleep } from "node:timers/promises";

import * as z from "#base/zod";

import { CommandError } from "#tools/command/command-line";
import { requestTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";
import { runSmoke, type SmokeResult } from "#tools/tenant/smoke/run-smoke";
import { BOOT_CHECKS, SMOKE_CHECKS, type SmokeCheck } from "#tools/tenant/smoke/smoke-checks";
import type { Account } from "../account/account.js";
import type { Build, ServedTenant } from "../release/read-build.js";
import { deployedAddress } from "./deployed-address.js";
import { withSmokeKey } from "./smoke-key.js";

/** How much is checked: everything, or what needs neither model nor documents. */
export const SMOKE_LEVELS = ["full", "boot"] as const;
export type SmokeLevel = (typeof SMOKE_LEVELS)[number];

/** How a deployed Worker is reached. */
export interface SmokeTarget {
  readonly account: Account;
  readonly build: Build;
  readonly hostname: string;
  /** Those that lead to the Worker now, where that is known and matters. */
  readonly liveHostnames?: readonly string[];
  readonly connectTo: string | undefined;
  readonly level: SmokeLevel;
  /** How long a version may take to arrive everywhere, milliseconds. */
  readonly arrivalMs: number;
}

const POLL_MS = 500;
/** Answers of the wanted version in a row until it counts as arrived: requests reach several places. */
const ARRIVED_ANSWERS = 3;

const healthSchema = z.object({
  tenantId: z.string(),
  data: z.looseObject({ version: z.optional(z.object({ id: z.string() })) }),
});

/** Of a tenant that is new to its pool: what is uploaded but not live can be asked where something is live. */
const NOT_THERE_YET = "is new, and none of its host names leads here before the deploy: not checked";

/** A disabled tenant is there and answers nobody; that is all there is to check. */
const DISABLED_CHECKS: readonly SmokeCheck[] = [
  { name: "answers nobody, for the tenant is disabled", run: checkDisabled },
];

/**
 * Runs the smoke checks against one version, for each tenant of the Worker, with keys that are made for it and taken away afterwards.
 * @param isStaged whether the version must be asked for by name
 */
export async function smokeVersion(target: SmokeTarget, versionId: string, isStaged: boolean): Promise<SmokeResult[]> {
  const { tenants } = target.build;
  const results: SmokeResult[] = [];
  for (const tenant of tenants) {
    const found = await smokeTenant(target, tenant, versionId, isStaged);
    results.push(
      ...found.map((one) => (tenants.length === 1 ? one : { ...one, name: `${tenant.tenantId}: ${one.name}` })),
    );
    if (found.some(({ ok }) => !ok)) break;
  }
  return results;
}

async function smokeTenant(
  worker: SmokeTarget,
  { tenantId, isEnabled, hostnames }: ServedTenant,
  versionId: string,
  isStaged: boolean,
): Promise<SmokeResult[]> {
  const { account, build, level } = worker;
  // A pool tells its tenants apart by host names, so each is asked at one of its own.
  const own = hostnames.find((host) => !isStaged || worker.liveHostnames?.includes(host) !== false);
  if (own === undefined && build.tenants.length > 1) return [{ name: NOT_THERE_YET, ok: true, ms: 0 }];
  const target = build.tenants.length === 1 ? worker : { ...worker, hostname: own ?? worker.hostname };
  return withSmokeKey(account, { tenantId, environment: build.environment }, async (key) => {
    const address = addressOf(target, versionId, isStaged, key);
    if (!isEnabled) return runSmoke(DISABLED_CHECKS, address, () => undefined);
    const arrival = await waitForVersion(target, versionId, isStaged, key);
    if (!arrival.ok) return [arrival];
    const checks = level === "full" ? SMOKE_CHECKS : BOOT_CHECKS;
    return [arrival, ...(await runSmoke(checks, address, () => undefined))];
  });
}

/** Waits until a version answers at the tenant's address, several times in a row. */
export async function waitForVersion(
  target: SmokeTarget,
  versionId: string,
  isStaged: boolean,
  apiKey = "",
): Promise<SmokeResult> {
  const name = "the uploaded version answers";
  const startedMs = performance.now();
  const elapsedMs = (): number => Math.round(performance.now() - startedMs);
  const address = addressOf(target, versionId, isStaged, apiKey);
  for (;;) {
    const reason = await notYet(address, versionId);
    if (reason === "") return { name, ok: true, ms: elapsedMs() };
    if (elapsedMs() > target.arrivalMs) return { name, ok: false, ms: elapsedMs(), reason };
    await sleep(POLL_MS);
  }
}

/** Why a version does not answer yet; empty when it does, several times in a row. */
async function notYet(address: TenantAddress, versionId: string): Promise<string> {
  for (let answers = 0; answers < ARRIVED_ANSWERS; answers += 1) {
    const reason = await askVersion(address, versionId);
    if (reason !== "") return reason;
  }
  return "";
}

/** Why the version did not answer; empty when it did. */
async function askVersion(address: TenantAddress, versionId: string): Promise<string> {
  try {
    const response = await requestTenant(address, "/health");
    if (response.status !== 200) return `GET /health: HTTP ${response.status}`;
    const { data } = healthSchema.parse(await response.json());
    const { id = "none" } = data.version ?? {};
    return id === versionId ? "" : `the version ${id} answers, not ${versionId}`;
  } catch (error) {
    return error instanceof Error ? `GET /health: ${error.message.split("\n", 1)[0] ?? ""}` : String(error);
  }
}

function addressOf(target: SmokeTarget, versionId: string, isStaged: boolean, apiKey: string): TenantAddress {
  const { hostname, connectTo, build } = target;
  const version = isStaged ? { version: { worker: build.rendered.name, id: versionId } } : {};
  return deployedAddress({ hostname, apiKey, connectTo, ...version });
}

async function checkDisabled(address: TenantAddress): Promise<void> {
  const response = await requestTenant(address, "/health");
  const body = await response.text();
  if (response.status !== 404 || !body.includes("tenant_unknown")) {
    throw new CommandError(`HTTP ${response.status} instead of 404 tenant_unknown`);
  }
}
