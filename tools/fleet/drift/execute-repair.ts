import { CommandError } from "#tools/command/command-line";
import { ensureGateway, ensureMetadataIndex, ensureQueue } from "../account/ai-resources.js";
import { divideTraffic, writeScriptSettings } from "../account/workers.js";
import { type DeployContext, executeDeploy } from "../deploy/execute-deploy.js";
import { gatherFacts } from "../deploy/gather-facts.js";
import { planDeploy } from "../deploy/plan-deploy.js";
import { applyDatabaseMigrations } from "../provision/database-migrations.js";
import { takeLease } from "../release/lease.js";
import { runWrangler } from "../wrangler/run-wrangler.js";
import { type DriftFacts, type DriftReport, referenceState } from "./find-drift.js";
import type { RepairAction, RepairPlan } from "./plan-repair.js";

/** Does what a repair plan says. Each action can be done twice, so a run that was killed is completed by the next one. */
export async function executeRepair(
  context: DeployContext,
  facts: DriftFacts,
  report: DriftReport,
  plan: RepairPlan,
): Promise<void> {
  for (const action of plan.actions) {
    if (action.do === "redeploy") await redeploy(context, facts);
    else await underLease(context, report.worker, () => carryOut(context, facts, report, action));
  }
}

async function carryOut(
  { account, wrangler }: DeployContext,
  facts: DriftFacts,
  { worker, live }: DriftReport,
  action: Exclude<RepairAction, { do: "redeploy" }>,
): Promise<void> {
  const { build, wanted, found } = facts;
  switch (action.do) {
    case "provision":
      await ensureGateway(account, wanted.gatewayId);
      for (const name of wanted.queues) await ensureQueue(account, name);
      if (found.index === undefined) break;
      for (const property of wanted.metadataIndexes) await ensureMetadataIndex(account, wanted.index.name, property);
      break;
    case "traffic":
      await divideTraffic(account, worker, [{ version_id: action.versionId, percentage: 100 }], "drift repaired");
      break;
    case "migrate":
      await applyDatabaseMigrations(account, build.environment.d1DatabaseId ?? "", build.migrations);
      break;
    case "triggers":
      await runWrangler(["triggers", "deploy"], build.files, wrangler);
      break;
    case "settings": {
      const state = live === undefined ? build.state : referenceState(build, facts.records, live);
      await writeScriptSettings(account, worker, { observability: state.observability, logpush: state.logpush });
      break;
    }
  }
}

/** The whole deploy, with its checks; only that changes made outside are meant to be overwritten. */
async function redeploy(context: DeployContext, { build }: DriftFacts): Promise<void> {
  const facts = await gatherFacts(context.account, context.store, build);
  const plan = planDeploy(facts, {
    acceptsDrift: true,
    canaryPercent: undefined,
    secrets: undefined,
    isRepeated: true,
  });
  const [refusal] = plan.refusals;
  if (refusal !== undefined) throw new CommandError("it cannot be repaired like this", refusal);
  const { ok, summary } = await executeDeploy(context, facts, plan);
  if (!ok) throw new CommandError("the repair did not pass its checks", { why: summary });
}

async function underLease(context: DeployContext, worker: string, act: () => Promise<void>): Promise<void> {
  const lease = await takeLease(context.store, worker, `repair of drift by ${context.origin.deployedBy}`);
  try {
    await act();
  } finally {
    // It runs out by itself if this call fails.
    await lease.release().catch(() => undefined);
  }
}
