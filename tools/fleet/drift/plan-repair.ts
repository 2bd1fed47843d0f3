import { readTraffic } from "../deploy/plan-deploy.js";
import type { Finding, Repair } from "../state/compare-states.js";
import { type DriftFacts, type DriftReport, lastLive } from "./find-drift.js";

/** What a repair does, in this order. */
export type RepairAction =
  /** What is missing and holds no data is made. */
  | { readonly do: "provision" }
  /** All traffic to one version: ends a canary, or takes back what was changed outside. */
  | { readonly do: "traffic"; readonly versionId: string }
  /** The same release again, with the secrets of now. */
  | { readonly do: "redeploy" }
  | { readonly do: "migrate" }
  | { readonly do: "triggers" }
  | { readonly do: "settings" };

export interface RepairPlan {
  readonly lines: readonly { readonly sign: "+" | "~" | "!"; readonly text: string }[];
  readonly actions: readonly RepairAction[];
  /** What a person has to do. */
  readonly left: readonly Finding[];
}

/**
 * Decides what of the findings can be repaired without losing anything. Pure. What held data, needs a value that nobody
 * here knows, or would bring new code to the users, is left to a person.
 */
export function planRepair(facts: DriftFacts, { findings, live }: DriftReport): RepairPlan {
  const { build, records, remote } = facts;
  const isBuildLive = live?.release === build.release || lastLive(records)?.release === build.release;
  const good = lastLive(records);
  const isDeployable = remote.worker?.versions.some(({ id }) => id === good?.versionId) === true;
  const has = (repair: Repair): boolean => findings.some((finding) => finding.repair === repair);
  const comesBack =
    good !== undefined && isDeployable && (!isBuildLive || good.versionId !== live?.versionId)
      ? [{ do: "traffic" as const, versionId: good.versionId }]
      : [];
  const actions: RepairAction[] = [
    ...(has("provision") ? [{ do: "provision" as const }] : []),
    // The version before serves at once. The new one has the secrets of now, and is checked beside a sound one.
    ...(has("redeploy")
      ? [...comesBack, ...(isBuildLive ? [{ do: "redeploy" as const }] : [])]
      : trafficAction(facts, has("traffic"))),
    ...(has("migrate") ? [{ do: "migrate" as const }] : []),
    ...(has("triggers") && isBuildLive ? [{ do: "triggers" as const }] : []),
    ...(has("settings") ? [{ do: "settings" as const }] : []),
  ];
  const done = new Set(actions.flatMap((action): readonly Repair[] => REPAIRED_BY[action.do]));
  return {
    actions,
    lines: actions.map((action) => ({
      sign: action.do === "provision" ? "+" : "~",
      text: describeAction(action, facts),
    })),
    left: findings.filter(({ repair }) => !done.has(repair)),
  };
}

const REPAIRED_BY: Readonly<Record<RepairAction["do"], readonly Repair[]>> = {
  provision: ["provision"],
  traffic: ["traffic", "redeploy"],
  redeploy: ["redeploy", "traffic"],
  migrate: ["migrate"],
  triggers: ["triggers"],
  settings: ["settings"],
};

function trafficAction({ remote }: DriftFacts, isNeeded: boolean): RepairAction[] {
  const activeId = remote.worker === undefined ? undefined : readTraffic(remote.worker).activeId;
  return isNeeded && activeId !== undefined ? [{ do: "traffic", versionId: activeId }] : [];
}

function describeAction(action: RepairAction, { build, records }: DriftFacts): string {
  switch (action.do) {
    case "provision":
      return "make what is missing: gateway, queues, metadata indexes";
    case "traffic": {
      const record = records.find(({ versionId }) => versionId === action.versionId);
      const note =
        record === undefined ? "" : ` (${record.release} of ${record.deployedAt}, with its bindings and secrets)`;
      return `all traffic to ${action.versionId}${note}`;
    }
    case "redeploy":
      return `deploy ${build.release} again, with its bindings and the secrets of now`;
    case "migrate":
      return "apply the pending D1 migrations";
    case "triggers":
      return "set domains, crons and the place below workers.dev";
    case "settings":
      return "set observability and logpush";
  }
}
