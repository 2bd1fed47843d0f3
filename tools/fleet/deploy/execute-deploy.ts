import { CommandError } from "#tools/command/command-line";
import type { SmokeResult } from "#tools/tenant/smoke/run-smoke";
import type { Account } from "../account/account.js";
import {
  divideTraffic,
  readAccountSubdomain,
  readDeployments,
  readVersions,
  writeScriptSettings,
} from "../account/workers.js";
import { applyDatabaseMigrations } from "../provision/database-migrations.js";
import { type Lease, takeLease } from "../release/lease.js";
import type { ReleaseOrigin } from "../release/origin.js";
import type { ReleaseRecord, ReleaseStatus } from "../release/release-record.js";
import type { ReleaseStore } from "../release/release-store.js";
import { type SmokeLevel, smokeVersion, type SmokeTarget, waitForVersion } from "../smoke/check-deployed.js";
import { runWrangler, type WranglerOptions } from "../wrangler/run-wrangler.js";
import { type DeployFacts, type DeployPlan, type DeployStep, readTraffic, STAGING_MESSAGE } from "./plan-deploy.js";

/** What a deploy works with. */
export interface DeployContext {
  readonly account: Account;
  readonly store: ReleaseStore;
  readonly wrangler: WranglerOptions;
  readonly origin: ReleaseOrigin;
  /** Why this is deployed; kept with the version. */
  readonly message: string;
  /** Where hostnames lead to, instead of what DNS says. */
  readonly connectTo: string | undefined;
  readonly smokeLevel: SmokeLevel;
  /** How long a version may take to arrive everywhere, milliseconds. */
  readonly arrivalMs: number;
  readonly canaryPercent: number | undefined;
  /** Secrets that are uploaded with the version; those it does not name stay as they are. */
  readonly secrets: Readonly<Record<string, string>> | undefined;
  /** Hears what is being done. */
  readonly onStep: (step: DeployStep | "roll-back", detail?: string) => void;
}

/** How a deploy ended. */
export interface DeployOutcome {
  readonly ok: boolean;
  readonly versionId: string | undefined;
  readonly smoke: readonly SmokeResult[];
  /** What the users have now. */
  readonly summary: string;
}

/** A deploy that is under way. */
interface Deploy {
  readonly context: DeployContext;
  readonly facts: DeployFacts;
  readonly plan: DeployPlan;
  readonly lease: Lease;
  versionId: string | undefined;
  smoke: SmokeResult[];
  /** Whether users reach the new version, wholly or in part. */
  isExposed: boolean;
}

/**
 * Does what a plan says, under the lease of the Worker. Whatever happens, the users end up with the version before or
 * the new one: a failure takes the traffic back. A killed run is completed or undone by the next one, because every
 * step looks at what is there first.
 *
 * @throws CommandError or ApiFailure when a step could not be done
 */
export async function executeDeploy(
  context: DeployContext,
  facts: DeployFacts,
  plan: DeployPlan,
): Promise<DeployOutcome> {
  const lease = await takeLease(
    context.store,
    plan.worker,
    `deploy of ${plan.release} by ${context.origin.deployedBy}`,
  );
  try {
    await assertUnchanged(context, plan);
    const deploy: Deploy = {
      context,
      facts,
      plan,
      lease,
      versionId:
        plan.uploadedVersionId ??
        (plan.steps.includes("upload") || plan.steps.includes("deploy-at-once") ? undefined : plan.activeVersionId),
      smoke: [],
      isExposed: false,
    };
    return await runSteps(deploy);
  } finally {
    // It runs out by itself if this call fails.
    await lease.release().catch(() => undefined);
  }
}

async function runSteps(deploy: Deploy): Promise<DeployOutcome> {
  const { context, plan, lease } = deploy;
  try {
    for (const step of plan.steps) {
      lease.assertHeld();
      context.onStep(step);
      await STEPS[step](deploy);
      const failed = deploy.smoke.filter(({ ok }) => !ok);
      if (failed.length > 0) return await giveUp(deploy, `${failed.length} smoke checks failed`);
    }
  } catch (error) {
    // The version before gets the traffic back; the error itself is for the caller.
    if (deploy.versionId !== undefined) await giveUp(deploy, "a step failed").catch(() => undefined);
    throw error;
  }
  return { ok: true, versionId: deploy.versionId, smoke: deploy.smoke, summary: successSummary(deploy) };
}

const STEPS: Readonly<Record<DeployStep, (deploy: Deploy) => Promise<void>>> = {
  "migrate-database": async ({ context, facts }) => {
    const databaseId = facts.build.environment.d1DatabaseId ?? "";
    await applyDatabaseMigrations(context.account, databaseId, facts.build.migrations);
  },
  "deploy-at-once": async (deploy) => {
    await upload(deploy, "deploy");
    deploy.isExposed = true;
  },
  upload: (deploy) => upload(deploy, "versions", "upload"),
  stage: async ({ context, plan, versionId = "" }) => {
    const shares = [
      { version_id: plan.activeVersionId ?? "", percentage: 100 },
      { version_id: versionId, percentage: 0 },
    ];
    await divideTraffic(context.account, plan.worker, shares, `${STAGING_MESSAGE} ${plan.release}`);
  },
  smoke: async (deploy) => {
    const isStaged = deploy.plan.steps.includes("stage");
    deploy.smoke = await smokeVersion(await smokeTarget(deploy, isStaged), deploy.versionId ?? "", isStaged);
  },
  split: async (deploy) => {
    const { context, plan, versionId = "" } = deploy;
    const { canaryPercent: percent = 0 } = context;
    const shares = [
      { version_id: plan.activeVersionId ?? "", percentage: 100 - percent },
      { version_id: versionId, percentage: percent },
    ];
    deploy.isExposed = true;
    await divideTraffic(context.account, plan.worker, shares, `canary ${plan.release}: ${context.message}`);
  },
  promote: async (deploy) => {
    const { context, plan, versionId = "" } = deploy;
    deploy.isExposed = true;
    await divideTraffic(
      context.account,
      plan.worker,
      [{ version_id: versionId, percentage: 100 }],
      `${plan.release}: ${context.message}`,
    );
  },
  triggers: async ({ context, facts }) => {
    await runWrangler(["triggers", "deploy"], facts.build.files, context.wrangler);
  },
  settings: async ({ context, plan, facts }) => {
    const { observability, logpush } = facts.build.state;
    await writeScriptSettings(context.account, plan.worker, { observability, logpush });
  },
  verify: async (deploy) => {
    if (!deploy.facts.build.config.enabled) return;
    const result = await waitForVersion(await smokeTarget(deploy, false), deploy.versionId ?? "", false);
    deploy.smoke = [...deploy.smoke, { ...result, name: "everybody reaches the new version" }];
  },
  record: async (deploy) => {
    const status =
      deploy.context.canaryPercent !== undefined && deploy.plan.steps.includes("split") ? "canary" : "live";
    await record(deploy, status);
  },
};

async function upload(deploy: Deploy, ...command: readonly string[]): Promise<void> {
  const { context, facts, plan } = deploy;
  const args = [...command, "--tag", plan.release, "--message", context.message.slice(0, 100)];
  const secrets = context.secrets && { option: ["--secrets-file"], values: context.secrets };
  const { versionId } = await runWrangler(args, facts.build.files, context.wrangler, secrets);
  deploy.versionId = versionId ?? (await newestVersion(context.account, plan));
  await record(deploy, "staged");
}

/** The version that wrangler made, if it did not say: the newest one with our tag. */
async function newestVersion(account: Account, plan: DeployPlan): Promise<string> {
  const [newest] = await readVersions(account, plan.worker);
  if (newest?.annotations?.["workers/tag"] === plan.release) return newest.id;
  throw new CommandError("wrangler uploaded nothing", { fix: "run the command again" });
}

/** Takes the traffic back and says what the users have now. */
async function giveUp(deploy: Deploy, reason: string): Promise<DeployOutcome> {
  const { context, plan, versionId } = deploy;
  const { activeVersionId } = plan;
  const canReturn = activeVersionId !== undefined && activeVersionId !== versionId;
  if (canReturn && !plan.steps.includes("deploy-at-once")) {
    context.onStep("roll-back", activeVersionId);
    await divideTraffic(
      context.account,
      plan.worker,
      [{ version_id: activeVersionId, percentage: 100 }],
      `back from ${plan.release}: ${reason}`,
    );
  }
  await record(deploy, "failed");
  return { ok: false, versionId, smoke: deploy.smoke, summary: `${reason}; ${failureSummary(deploy, canReturn)}` };
}

function failureSummary({ plan, isExposed }: Deploy, canReturn: boolean): string {
  if (!canReturn) return "there is no earlier version to go back to: repair it and deploy again";
  if (plan.steps.includes("deploy-at-once")) {
    return "a Durable Object migration cannot be undone, so the new version stays live: repair it and deploy again";
  }
  return isExposed ? `all traffic is back at ${plan.activeVersionId ?? ""}` : "no user has seen the new version";
}

function successSummary({ plan, versionId = "", context }: Deploy): string {
  if (plan.steps.includes("split")) return `${versionId} gets ${context.canaryPercent ?? 0} % of the traffic`;
  return `${versionId} is live`;
}

async function record(deploy: Deploy, status: ReleaseStatus): Promise<void> {
  const { context, facts, plan, versionId, smoke } = deploy;
  if (versionId === undefined) return;
  const known = facts.records.find((entry) => entry.versionId === versionId);
  const at = new Date().toISOString();
  const entry: ReleaseRecord = {
    versionId,
    tenantId: facts.build.tenantId,
    environment: facts.build.environment.name,
    worker: plan.worker,
    release: plan.release,
    bundleDigest: facts.build.bundleDigest,
    configDigest: facts.build.configDigest,
    state: facts.build.state,
    ...context.origin,
    deployedAt: at,
    message: context.message,
    status,
    ...(smoke.length > 0
      ? { smoke: { at, checks: [...smoke] } }
      : known?.smoke === undefined
        ? {}
        : { smoke: known.smoke }),
  };
  await context.store.write(entry);
}

/** Nobody may have deployed between the plan and the lease. @throws CommandError */
async function assertUnchanged({ account }: DeployContext, plan: DeployPlan): Promise<void> {
  const deployments = await readDeployments(account, plan.worker);
  if (readTraffic({ deployments }).activeId === plan.activeVersionId) return;
  throw new CommandError(`${plan.worker} was changed by somebody else since the plan was made`, {
    fix: "run the command again: it makes a new plan",
  });
}

/** Where the checks go: a hostname that leads to the Worker now, or will once it is there. */
async function smokeTarget({ context, facts, plan }: Deploy, isStaged: boolean): Promise<SmokeTarget> {
  const wanted = facts.build.state.domains;
  const live = facts.remote.domains.filter(({ service }) => service === plan.worker).map(({ hostname }) => hostname);
  const reachable = isStaged ? (live.find((hostname) => wanted.includes(hostname)) ?? live[0]) : wanted[0];
  return {
    account: context.account,
    build: facts.build,
    hostname: reachable ?? `${plan.worker}.${(await readAccountSubdomain(context.account)) ?? ""}.workers.dev`,
    liveHostnames: live,
    connectTo: context.connectTo,
    level: context.smokeLevel,
    arrivalMs: context.arrivalMs,
  };
}
