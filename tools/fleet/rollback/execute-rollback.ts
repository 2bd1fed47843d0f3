import type { SmokeResult } from "#tools/tenant/smoke/run-smoke";
import { divideTraffic, readAccountSubdomain, readDomains } from "../account/workers.js";
import type { DeployContext } from "../deploy/execute-deploy.js";
import { takeLease } from "../release/lease.js";
import type { Build } from "../release/read-build.js";
import type { ReleaseRecord } from "../release/release-record.js";
import { waitForVersion } from "../smoke/check-deployed.js";
import type { RollbackPlan } from "./plan-rollback.js";

/**
 * Gives the traffic to the earlier version, notes what became of both, and waits until everybody reaches it. Answers
 * whether they do.
 */
export async function executeRollback(
  { account, store, origin, connectTo, arrivalMs, smokeLevel }: DeployContext,
  build: Build,
  records: readonly ReleaseRecord[],
  plan: RollbackPlan,
): Promise<SmokeResult> {
  const worker = build.rendered.name;
  const lease = await takeLease(store, worker, `rollback by ${origin.deployedBy}`);
  try {
    await divideTraffic(
      account,
      worker,
      [{ version_id: plan.to.versionId, percentage: 100 }],
      `rollback to ${plan.to.release}`,
    );
    const from = records.find(({ versionId }) => versionId === plan.from);
    await store.write(...(from === undefined ? [] : [{ ...from, status: "withdrawn" as const }]), {
      ...plan.to,
      status: "live",
      deployedAt: new Date().toISOString(),
    });
  } finally {
    // It runs out by itself if this call fails.
    await lease.release().catch(() => undefined);
  }
  const domain = (await readDomains(account)).find(({ service }) => service === worker)?.hostname;
  const hostname = domain ?? `${worker}.${(await readAccountSubdomain(account)) ?? ""}.workers.dev`;
  return waitForVersion(
    { account, build, hostname, connectTo, level: smokeLevel, arrivalMs },
    plan.to.versionId,
    false,
  );
}
