import { CommandError } from "#tools/command/command-line";
import { readTraffic } from "../deploy/plan-deploy.js";
import { lastGoodRelease, type ReleaseRecord } from "../release/release-record.js";
import type { RemoteWorker } from "../state/actual-state.js";

export interface RollbackPlan {
  readonly from: string;
  readonly to: ReleaseRecord;
  readonly lines: readonly { readonly sign: "~" | "!"; readonly text: string }[];
}

/**
 * Decides which version comes back: the last good one, or the one that `wanted` names by version or release. Pure.
 * @throws CommandError when there is none
 */
export function planRollback(
  remote: Pick<RemoteWorker, "deployments" | "versions">,
  records: readonly ReleaseRecord[],
  wanted: string | undefined,
): RollbackPlan {
  const { activeId = "", isCanary } = readTraffic(remote);
  if (isCanary) throw new CommandError("a canary is in progress", { fix: "end it with :deploy -- --abort" });
  const deployable = new Set(remote.versions.map(({ id }) => id));
  const to =
    wanted === undefined
      ? lastGoodRelease(records, activeId, deployable)
      : records.find(
          ({ versionId, release }) =>
            deployable.has(versionId) && (versionId === wanted || release === wanted) && versionId !== activeId,
        );
  if (to === undefined) {
    throw new CommandError(wanted === undefined ? "there is nothing to go back to" : `${wanted} cannot come back`, {
      why:
        wanted === undefined
          ? "no earlier release was live, or Cloudflare has forgotten it"
          : "it is live already, was never recorded, or Cloudflare has forgotten it",
      fix: "see :drift for what is live; deploy an older revision of the repository instead",
    });
  }
  const from = records.find(({ versionId }) => versionId === activeId)?.release ?? activeId;
  return {
    from: activeId,
    to,
    lines: [
      {
        sign: "~",
        text: `${from} → ${to.release} (${to.versionId}, ${to.deployedAt}, ${to.gitRevision.slice(0, 10)})`,
      },
      { sign: "!", text: "comes back with it: code, bindings, variables and secrets as they were" },
      {
        sign: "!",
        text: "stays as it is: data in KV, D1, Vectorize and Durable Objects, D1 migrations, domains and crons",
      },
    ],
  };
}
