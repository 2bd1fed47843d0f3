import { divideTraffic } from "../account/workers.js";
import { takeLease } from "../release/lease.js";
import { actualState } from "../state/actual-state.js";
import { compareStates } from "../state/compare-states.js";
import { runWrangler } from "../wrangler/run-wrangler.js";
import type { DeployContext } from "./execute-deploy.js";
import { type DeployFacts, findingLine, type PlanLine, type PlanRefusal, readTraffic } from "./plan-deploy.js";

/** What becomes of a canary. */
export type CanaryEnd = "promote" | "abort";

export interface CanaryEndPlan {
  readonly worker: string;
  readonly lines: readonly PlanLine[];
  readonly refusals: readonly PlanRefusal[];
  /** The version that gets all traffic. */
  readonly winnerId: string;
  /** The version that gets none any more. */
  readonly loserId: string;
  /** Whether domains and crons are those of another release than the winner's. */
  readonly needsTriggers: boolean;
}

/** Decides how a canary ends. Pure. */
export function planCanaryEnd({ build, remote, records }: DeployFacts, end: CanaryEnd): CanaryEndPlan {
  const worker = build.rendered.name;
  const live = remote.worker;
  const {
    activeId = "",
    candidate,
    isCanary,
  } = live === undefined ? { candidate: undefined, isCanary: false } : readTraffic(live);
  if (live === undefined || candidate === undefined || !isCanary) {
    const refusal = { why: `${worker} has no canary`, fix: "start one with --canary PERCENT" };
    return { worker, lines: [], refusals: [refusal], winnerId: "", loserId: "", needsTriggers: false };
  }
  const candidateId = candidate.version_id;
  const [winnerId, loserId] = end === "promote" ? [candidateId, activeId] : [activeId, candidateId];
  const isOurBuild = live.versions.some(
    ({ id, annotations }) => id === winnerId && annotations?.["workers/tag"] === build.release,
  );
  const triggers =
    end === "promote" && isOurBuild
      ? compareStates(build.state, actualState(worker, live, remote.domains)).filter(
          ({ repair }) => repair === "triggers",
        )
      : [];
  const nameOf = (id: string): string =>
    `${records.find(({ versionId }) => versionId === id)?.release ?? "release unknown"} (${id})`;
  return {
    worker,
    lines: [
      { sign: "~", text: `${nameOf(winnerId)}: all traffic` },
      { sign: "-", text: `${nameOf(loserId)}: no traffic` },
      ...triggers.map(findingLine),
    ],
    refusals: [],
    winnerId,
    loserId,
    needsTriggers: triggers.length > 0,
  };
}

/** Gives all traffic to one version and notes what became of both. Doing it twice is as good as once. */
export async function executeCanaryEnd(
  { account, store, wrangler, message, origin }: DeployContext,
  facts: DeployFacts,
  plan: CanaryEndPlan,
  end: CanaryEnd,
): Promise<void> {
  const lease = await takeLease(store, plan.worker, `${end} of a canary by ${origin.deployedBy}`);
  try {
    const winner = [{ version_id: plan.winnerId, percentage: 100 }];
    await divideTraffic(account, plan.worker, winner, `${end} canary: ${message}`);
    if (plan.needsTriggers) await runWrangler(["triggers", "deploy"], facts.build.files, wrangler);
    const canaryId = end === "promote" ? plan.winnerId : plan.loserId;
    const record = facts.records.find(({ versionId }) => versionId === canaryId);
    if (record === undefined) return;
    const status = end === "promote" ? ("live" as const) : ("withdrawn" as const);
    await store.write({ ...record, status, deployedAt: new Date().toISOString() });
  } finally {
    // It runs out by itself if this call fails.
    await lease.release().catch(() => undefined);
  }
}
