import * as z from "#base/zod";

import type { EnvironmentName } from "#tenancy/environments";
import { CommandError } from "#tools/command/command-line";
import { networkReason } from "#tools/command/network-reason";
import { callTenant, requestTenant } from "#tools/tenant/client/tenant-client";
import { type DriftSettings, prepareDrift } from "../drift/drift-command.js";
import { findDrift, type LiveVersion } from "../drift/find-drift.js";
import { gatherDriftFacts } from "../drift/gather-drift-facts.js";
import { explainError } from "../operate/explain-error.js";
import { openAccount } from "../operate/open-account.js";
import { type Build, type BuildFiles, readBuild } from "../release/read-build.js";
import { deployedAddress } from "../smoke/deployed-address.js";
import { withSmokeKey } from "../smoke/smoke-key.js";
import type { Finding } from "../state/compare-states.js";

/** What was read, or why not. One part of a tenant that cannot be read hides no other. */
export type Read<Value> = { readonly value: Value } | { readonly error: ReturnType<typeof explainError> };

/** What the account has: the version that is live, and how it differs from the build. */
export interface AccountSurvey {
  /** Absent when nothing is deployed. */
  readonly live: LiveVersion | undefined;
  readonly findings: readonly Finding[];
}

/** What `GET /health?deep=1` says. */
export interface HealthSurvey {
  /** `disabled`: the tenant answers nobody, as its config wants. */
  readonly status: "ok" | "degraded" | "disabled";
  /** Dependencies that do not answer. */
  readonly failing: readonly string[];
}

/** One environment of one tenant. */
export interface TenantSurvey {
  readonly tenant: string;
  readonly environment: EnvironmentName;
  readonly hostname: string | undefined;
  /** False: there is nothing to read, and nothing was asked. */
  readonly isProvisioned: boolean;
  readonly account?: Read<AccountSurvey>;
  /** Absent where nothing is deployed. */
  readonly health?: Read<HealthSurvey>;
  /** US dollars of the last 24 hours. Absent: the tenant is not measured, or it was not asked for. */
  readonly spend?: Read<number>;
}

/** How a survey reads. */
export type SurveySettings = Omit<DriftSettings, "environment" | "onStep"> & { readonly readsSpend: boolean };

/** Reads one environment of a tenant. Never throws. */
export async function surveyTenant(
  files: BuildFiles,
  environment: EnvironmentName,
  settings: SurveySettings,
): Promise<TenantSurvey> {
  const base = { tenant: files.tenant, environment };
  let build: Build;
  try {
    build = readBuild(files, environment);
  } catch (error) {
    return { ...base, hostname: undefined, isProvisioned: true, account: { error: explainError(error) } };
  }
  const [hostname] = build.environment.hostnames;
  if (build.environment.kvNamespaceId === undefined) return { ...base, hostname, isProvisioned: false };
  // What several tenants spend is no single answer of their Worker.
  const isAlone = build.tenants.length === 1;
  const readsSpend = settings.readsSpend && isAlone && build.config.enabled && build.config.insights.enabled;
  const [account, health, spend] = await Promise.all([
    attempt(() => readAccount(files, environment, settings)),
    attempt(() => readHealth(build, settings)),
    readsSpend ? attempt(() => readSpend(build, settings)) : undefined,
  ]);
  // Nobody answers where nothing is deployed: that is no failure of its own.
  const isDeployed = "error" in account || account.value.live !== undefined;
  const asked = isDeployed ? { health, ...(spend === undefined ? {} : { spend }) } : {};
  return { ...base, hostname, isProvisioned: true, account, ...asked };
}

async function attempt<Value>(read: () => Promise<Value>): Promise<Read<Value>> {
  try {
    return { value: await read() };
  } catch (error) {
    return { error: explainError(error) };
  }
}

async function readAccount(
  files: BuildFiles,
  environment: EnvironmentName,
  settings: SurveySettings,
): Promise<AccountSurvey> {
  const prepared = await prepareDrift(files, { ...settings, environment, onStep: () => undefined });
  const { open, context, build } = prepared;
  const { live, findings } = findDrift(
    await open.explaining(() => gatherDriftFacts(open.account, context.store, build)),
  );
  return { live, findings };
}

const healthSchema = z.object({
  data: z.optional(
    z.object({
      status: z.enum(["ok", "degraded"]),
      dependencies: z._default(z.array(z.object({ name: z.string(), ok: z.boolean() })), []),
    }),
  ),
  error: z.optional(z.object({ code: z.string() })),
});

async function readHealth({ config, environment }: Build, settings: SurveySettings): Promise<HealthSurvey> {
  const [hostname] = environment.hostnames;
  const { connectTo, reach } = settings;
  if (hostname === undefined) throw new CommandError("its config names no hostname");
  const address = deployedAddress({ hostname, apiKey: "", connectTo });
  const signal = AbortSignal.timeout(reach.apiTimeoutMs);
  const response = await requestTenant(address, "/health?deep=1", { signal }).catch((error: unknown) => {
    throw new CommandError(`nobody answers at ${hostname}`, { why: networkReason(error) });
  });
  const answer = healthSchema.safeParse(await response.json().catch(() => undefined));
  if (!config.enabled && answer.data?.error?.code === "tenant_unknown") return { status: "disabled", failing: [] };
  if (answer.data?.data === undefined) throw new CommandError(`GET /health: HTTP ${response.status}`);
  const { status, dependencies } = answer.data.data;
  return { status, failing: dependencies.filter(({ ok }) => !ok).map(({ name }) => name) };
}

const costSchema = z.object({ totalUsd: z.number() });

/** Asks the tenant, with a key that may read its metrics and nothing else, and that is taken away at once. */
function readSpend({ config, environment, tenantId }: Build, settings: SurveySettings): Promise<number> {
  const [hostname = ""] = environment.hostnames;
  const { account, explaining } = openAccount(config, settings.reach);
  const ask = async (apiKey: string): Promise<number> => {
    const address = deployedAddress({ hostname, apiKey, connectTo: settings.connectTo });
    return costSchema.parse(await callTenant(address, "GET", "/metrics/cost?period=24h")).totalUsd;
  };
  return explaining(() => withSmokeKey(account, { tenantId, environment }, ask, ["metrics"]));
}
