import * as z from "#base/zod";

import { ENVIRONMENTS } from "#tenancy/environments";
import type { WorkerState } from "../state/worker-state.js";

/**
 * What became of a version.
 *
 * - `staged`: uploaded, and not live yet
 * - `canary`: gets a part of the traffic
 * - `live`: was checked and got all traffic; the newest live one is what should be there
 * - `failed`: did not pass its checks
 * - `withdrawn`: was live and was rolled back
 */
export const RELEASE_STATUSES = ["staged", "canary", "live", "failed", "withdrawn"] as const;
export type ReleaseStatus = (typeof RELEASE_STATUSES)[number];

const checkSchema = z.object({ name: z.string(), ok: z.boolean(), ms: z.number(), reason: z.optional(z.string()) });

/** The state was written by this program; an older one may lack what a newer one compares. */
const stateSchema = z.custom<WorkerState>(
  (value) => z.looseObject({ bindings: z.array(z.looseObject({ name: z.string() })) }).safeParse(value).success,
);

/** What is kept of a version in the account, under its id. */
export const releaseRecordSchema = z.object({
  versionId: z.string(),
  tenantId: z.string(),
  environment: z.enum(ENVIRONMENTS),
  worker: z.string(),
  /** Digest of bundle and configuration together. */
  release: z.string(),
  bundleDigest: z.string(),
  configDigest: z.string(),
  /** What the release wants the Worker to be: what drift compares with. */
  state: stateSchema,
  gitRevision: z.string(),
  /** Whether the checkout had changes that were not committed. */
  isDirty: z.boolean(),
  deployedBy: z.string(),
  deployedAt: z.iso.datetime(),
  message: z.string(),
  status: z.enum(RELEASE_STATUSES),
  smoke: z.optional(z.object({ at: z.iso.datetime(), checks: z.array(checkSchema) })),
});

export type ReleaseRecord = z.output<typeof releaseRecordSchema>;

/** The version to go back to: the newest live one before the current that can still be deployed. Pure. */
export function lastGoodRelease(
  records: readonly ReleaseRecord[],
  currentVersionId: string | undefined,
  deployableIds: ReadonlySet<string>,
): ReleaseRecord | undefined {
  const current = records.find(({ versionId }) => versionId === currentVersionId);
  return newestFirst(records).find(
    ({ versionId, status, deployedAt }) =>
      status === "live" &&
      versionId !== currentVersionId &&
      deployableIds.has(versionId) &&
      (current === undefined || deployedAt <= current.deployedAt),
  );
}

export function newestFirst(records: readonly ReleaseRecord[]): readonly ReleaseRecord[] {
  return records.toSorted((a, b) => (a.deployedAt < b.deployedAt ? 1 : -1));
}
