import { type FoundResources, missingResources, type Resources } from "../provision/resources.js";
import type { Build } from "../release/read-build.js";
import { newestFirst, type ReleaseRecord } from "../release/release-record.js";
import { actualState, type RemoteAccount, type RemoteWorker } from "../state/actual-state.js";
import { compareStates, type Finding } from "../state/compare-states.js";
import type { WorkerState } from "../state/worker-state.js";
import { readTraffic, RELEASE_PATTERN } from "../deploy/plan-deploy.js";

/** Everything that is compared; nothing else is asked. */
export interface DriftFacts {
  readonly build: Build;
  readonly remote: RemoteAccount;
  readonly records: readonly ReleaseRecord[];
  readonly wanted: Resources;
  readonly found: FoundResources;
  /** Names of the D1 migrations that have not run. */
  readonly pendingMigrations: readonly string[];
  /** SHA-256 of the main module that is live. */
  readonly liveModuleDigest: string | undefined;
  readonly nowMs: number;
}

export interface DriftReport {
  readonly worker: string;
  readonly findings: readonly Finding[];
  /** What is live: the release, if it is one of ours. */
  readonly live: LiveVersion | undefined;
}

/** What gets most of the traffic. */
export interface LiveVersion {
  readonly versionId: string;
  readonly release: string | undefined;
  readonly record: ReleaseRecord | undefined;
}

/** How long a canary of ours is work in progress, and not something that was forgotten. */
const CANARY_MS = 24 * 60 * 60 * 1_000;

/** Every difference between what should be there and what is. Pure. */
export function findDrift(facts: DriftFacts): DriftReport {
  const { build, remote } = facts;
  const worker = build.rendered.name;
  const { worker: remoteWorker } = remote;
  if (remoteWorker === undefined) {
    const missing: Finding = {
      kind: "worker",
      name: worker,
      expected: build.release,
      found: undefined,
      repair: "manual",
      advice: "deploy it: :deploy",
    };
    return { worker, findings: [missing, ...resourceFindings(facts)], live: undefined };
  }
  const live = liveVersion(facts, remoteWorker);
  return {
    worker,
    live,
    findings: [
      ...canaryFindings(facts, remoteWorker),
      ...versionFindings(facts, remoteWorker, live),
      ...stateFindings(facts, remoteWorker, live),
      ...migrationFindings(facts, live),
      ...resourceFindings(facts),
    ],
  };
}

function liveVersion({ records }: DriftFacts, { versions, deployments }: RemoteWorker): LiveVersion {
  const { activeId = "" } = readTraffic({ deployments });
  const tag = versions.find(({ id }) => id === activeId)?.annotations?.["workers/tag"];
  return {
    versionId: activeId,
    release: tag !== undefined && RELEASE_PATTERN.test(tag) ? tag : undefined,
    record: records.find(({ versionId }) => versionId === activeId),
  };
}

function canaryFindings({ records, nowMs }: DriftFacts, { deployments }: RemoteWorker): Finding[] {
  const { candidate } = readTraffic({ deployments });
  if (candidate === undefined) return [];
  const record = records.find(({ versionId }) => versionId === candidate.version_id);
  if (record?.status === "canary" && nowMs - Date.parse(record.deployedAt) < CANARY_MS) return [];
  const share = `${candidate.version_id} gets ${candidate.percentage} %`;
  return [{ kind: "canary", name: "", expected: undefined, found: share, repair: "traffic" }];
}

/** Is the live version one of ours, the newest one, and is its code what we uploaded? */
function versionFindings(
  { build, records, liveModuleDigest }: DriftFacts,
  remote: RemoteWorker,
  live: LiveVersion,
): Finding[] {
  const expected = live.record?.bundleDigest ?? lastLive(records)?.bundleDigest ?? build.bundleDigest;
  const isOurCode = liveModuleDigest === expected;
  if (live.release === undefined) {
    if (isSecretChange(remote, live) && isOurCode) return undeployed(build, lastLive(records)?.release);
    return [
      {
        kind: "version",
        name: "",
        expected: `release ${build.release}`,
        found: describeForeign(remote, live),
        repair: "redeploy",
      },
    ];
  }
  if (live.release !== build.release) return undeployed(build, live.release);
  if (isOurCode) return [];
  return [{ kind: "code", name: build.rendered.name, expected, found: liveModuleDigest, repair: "redeploy" }];
}

function undeployed(build: Build, release: string | undefined): Finding[] {
  if (release === undefined || release === build.release) return [];
  return [
    {
      kind: "release",
      name: "",
      expected: build.release,
      found: release,
      repair: "manual",
      advice: "the build is not deployed yet: :deploy",
    },
  ];
}

/** A version that a change of secrets made, by the dashboard or by wrangler: everything else is as it was. */
function isSecretChange({ versions }: RemoteWorker, { versionId }: LiveVersion): boolean {
  return versions.find(({ id }) => id === versionId)?.annotations?.["workers/triggered_by"] === "secret";
}

function describeForeign({ versions }: RemoteWorker, { versionId }: LiveVersion): string {
  const { metadata } = versions.find(({ id }) => id === versionId) ?? {};
  const { source = "somebody", author_email: author, created_on: created } = metadata ?? {};
  return `${versionId}, made by ${[source, author, created].filter((part) => part !== undefined).join(", ")}`;
}

function stateFindings(
  { build, remote, records }: DriftFacts,
  worker: RemoteWorker,
  live: LiveVersion,
): readonly Finding[] {
  return compareStates(referenceState(build, records, live), actualState(build.rendered.name, worker, remote.domains));
}

/** What the live version was meant to be: its own record, else the last one that was live, else the build. */
export function referenceState(build: Build, records: readonly ReleaseRecord[], live: LiveVersion): WorkerState {
  if (live.release === build.release) return build.state;
  return (live.record ?? lastLive(records))?.state ?? build.state;
}

export function lastLive(records: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  return newestFirst(records).find(({ status }) => status === "live");
}

function migrationFindings({ build, pendingMigrations }: DriftFacts, live: LiveVersion): Finding[] {
  // What the build brings along is applied when it is deployed.
  if (live.release !== build.release) return [];
  return pendingMigrations.map((name) => ({
    kind: "d1_migration",
    name,
    expected: "applied",
    found: undefined,
    repair: "migrate",
  }));
}

function resourceFindings({ wanted, found }: DriftFacts): Finding[] {
  const names = missingResources(wanted, found);
  const absent = names.map((name): Finding => {
    const repair = /^(AI Gateway|queue) /.test(name) ? ("provision" as const) : ("manual" as const);
    const isOwn = name.includes(", of the binding ");
    const advice =
      repair === "manual"
        ? {
            advice: isOwn
              ? "if it held data, restore it; else :provision makes it"
              : "it held data: restore it, or provision a new one and ingest again",
          }
        : {};
    return { kind: "resource", name, expected: "present", found: undefined, repair, ...advice };
  });
  const { index } = found;
  const shape = (config: { dimensions: number; metric: string }): string =>
    `${config.dimensions} dimensions, ${config.metric}`;
  const metadata = wanted.metadataIndexes.filter(
    (property) => index !== undefined && !found.metadataIndexes.includes(property),
  );
  return [
    ...absent,
    ...(index !== undefined && shape(index.config) !== shape(wanted.index)
      ? [
          {
            kind: "vectorize",
            name: wanted.index.name,
            expected: shape(wanted.index),
            found: shape(index.config),
            repair: "manual" as const,
            advice: "an index cannot be changed: make another one and ingest again",
          },
        ]
      : []),
    ...metadata.map((name): Finding => ({
      kind: "metadata_index",
      name,
      expected: "present",
      found: undefined,
      repair: "provision",
    })),
  ];
}
