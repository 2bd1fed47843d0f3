import type { SmokeResult } from "#tools/tenant/smoke/run-smoke";
import { explainError } from "../operate/explain-error.js";
import { observeCanary } from "../deploy/observe-canary.js";
import { executeDeploy } from "../deploy/execute-deploy.js";
import type { PreparedDeploy } from "../deploy/prepare-deploy.js";
import type { RolloutState, TenantState } from "./rollout-state.js";
import { runPool } from "./run-pool.js";

/** A tenant that is to be deployed, or cannot be. */
export type PlannedTenant =
  { readonly id: string; readonly prepared: PreparedDeploy } | { readonly id: string; readonly error: unknown };

export interface RolloutOptions {
  readonly concurrency: number;
  /** Whether the rest of a wave is deployed after a failure in it. */
  readonly continuesOnError: boolean;
  /** How long a wave is watched before the next one begins, seconds. */
  readonly soakSeconds: number;
  /** Says that no further tenant is to be begun. */
  readonly isStopped: () => boolean;
  /** Hears of each change of a tenant; the state is complete each time. */
  readonly onChange: (tenant: TenantState, state: RolloutState) => void;
  readonly onWave: (number: number, size: number) => void;
}

/**
 * Deploys tenants wave by wave. A wave begins when every tenant of the one before is deployed and well; a failure ends the
 * rollout with its wave. Each tenant is deployed as `:deploy` does it: no failure leaves one of them half done.
 */
export async function runRollout(
  state: RolloutState,
  planned: readonly PlannedTenant[],
  waves: readonly (readonly string[])[],
  options: RolloutOptions,
): Promise<void> {
  const byId = new Map(planned.map((tenant) => [tenant.id, tenant]));
  for (const [index, ids] of waves.entries()) {
    if (options.isStopped()) return;
    options.onWave(index + 1, ids.length);
    const wave = ids.flatMap((id) => byId.get(id) ?? []);
    const failures = new Set<string>();
    const change = (id: string, news: Partial<TenantState>): void => {
      const tenant = Object.assign(state.tenants.find((entry) => entry.id === id) ?? { id, wave: 0 }, news);
      if (news.status === "failed") failures.add(id);
      options.onChange(tenant as TenantState, state);
    };
    await runPool(
      wave,
      options.concurrency,
      async (tenant) => change(tenant.id, await deployTenant(tenant, change)),
      () => options.isStopped() || (failures.size > 0 && !options.continuesOnError),
    );
    if (failures.size > 0 || options.isStopped() || index === waves.length - 1) return;
    await runPool(wave, options.concurrency, async (tenant) => {
      const why = await findIllness(tenant, state, options.soakSeconds);
      if (why !== undefined) change(tenant.id, { status: "failed", ...why });
    });
    if (failures.size > 0) return;
  }
}

type Change = (id: string, news: Partial<TenantState>) => void;

async function deployTenant(tenant: PlannedTenant, change: Change): Promise<Partial<TenantState>> {
  if ("error" in tenant) return { status: "failed", ...explainError(tenant.error) };
  const { context, facts, plan, open } = tenant.prepared;
  const [refusal] = plan.refusals;
  if (refusal !== undefined) return { status: "failed", release: plan.release, ...refusal };
  if (plan.steps.length === 0) {
    return { status: "unchanged", release: plan.release, versionId: plan.activeVersionId };
  }
  const startedMs = performance.now();
  const seconds = (): number => Math.round((performance.now() - startedMs) / 100) / 10;
  change(tenant.id, { status: "running", release: plan.release, why: undefined, fix: undefined });
  try {
    const { ok, summary, smoke, versionId } = await open.explaining(() => executeDeploy(context, facts, plan));
    if (!ok) return { status: "failed", versionId, seconds: seconds(), why: `${summary}: ${firstFailure(smoke)}` };
    return { status: "deployed", versionId, seconds: seconds() };
  } catch (error) {
    return { status: "failed", seconds: seconds(), ...explainError(error) };
  }
}

function firstFailure(smoke: readonly SmokeResult[]): string {
  const failed = smoke.find(({ ok }) => !ok);
  return failed === undefined ? "" : `${failed.name}: ${failed.reason ?? ""}`;
}

/** Why a tenant that was deployed is not well: its own health, and the errors that the account counts. */
async function findIllness(
  tenant: PlannedTenant,
  { tenants }: RolloutState,
  soakSeconds: number,
): Promise<{ readonly why: string; readonly fix: string } | undefined> {
  const { status, versionId = "" } = tenants.find(({ id }) => id === tenant.id) ?? {};
  if ("error" in tenant || status !== "deployed") return undefined;
  const { context, facts, plan, open } = tenant.prepared;
  const [hostname] = facts.build.state.domains;
  if (hostname === undefined || !facts.build.config.enabled) return undefined;
  const fix = `tools/bazel run //tenants/${tenant.id}:rollback -- --env ${facts.build.environment.name}`;
  try {
    const why = await open.explaining(() =>
      observeCanary(context, {
        worker: plan.worker,
        hostname,
        canaryId: versionId,
        baselineId: plan.activeVersionId ?? "",
        seconds: soakSeconds,
        onSeen: () => undefined,
      }),
    );
    return why === undefined ? undefined : { why: `deployed, but not well: ${why}`, fix };
  } catch (error) {
    return { ...explainError(error), fix };
  }
}
