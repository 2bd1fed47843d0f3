import type { TrafficShare } from "../account/workers.js";
import type { Build } from "../release/read-build.js";
import type { ReleaseRecord } from "../release/release-record.js";
import { actualState, type RemoteAccount, type RemoteWorker } from "../state/actual-state.js";
import { remoteSecrets } from "../state/binding-kinds.js";
import { compareStates, type Finding } from "../state/compare-states.js";

/** What is asked for: all traffic, or a part of it for now. */
export interface DeployRequest {
  /** 1 to 99: the share of the traffic that the new version gets. */
  readonly canaryPercent: number | undefined;
  /** Whether changes that were made outside may be overwritten. */
  readonly acceptsDrift: boolean;
  /** Secrets that are uploaded along. */
  readonly secrets: Readonly<Record<string, string>> | undefined;
  /** Whether a release that is live is uploaded again, for the secrets of now. */
  readonly isRepeated?: boolean;
}

/** Everything that a plan is made of; nothing else is asked while it is made. */
export interface DeployFacts {
  readonly build: Build;
  readonly remote: RemoteAccount;
  /** Newest first. */
  readonly records: readonly ReleaseRecord[];
  /** Names of the D1 migrations that have not run. */
  readonly pendingMigrations: readonly string[];
  /** Resources that the configuration names and that are not there. */
  readonly missingResources: readonly string[];
}

/** One thing that a deploy does, in this order. */
export type DeployStep =
  | "migrate-database"
  /** Upload and activation in one, by `wrangler deploy`: the first time, and with a Durable Object migration. */
  | "deploy-at-once"
  /** Upload only. */
  | "upload"
  /** The new version is in the deployment, with 0 % of the traffic, so that it can be asked for by name. */
  | "stage"
  | "smoke"
  | "split"
  | "promote"
  | "triggers"
  | "settings"
  | "verify"
  | "record";

/** A line of the plan. */
export interface PlanLine {
  readonly sign: "+" | "-" | "~" | "=" | "!";
  readonly text: string;
}

/** Why a deploy must not run, and what to do first. */
export interface PlanRefusal {
  readonly why: string;
  readonly fix: string;
}

export interface DeployPlan {
  readonly worker: string;
  readonly release: string;
  readonly lines: readonly PlanLine[];
  readonly steps: readonly DeployStep[];
  readonly refusals: readonly PlanRefusal[];
  /** The version that gets the traffic now; absent for a new Worker. */
  readonly activeVersionId: string | undefined;
  /** A version that was uploaded already and is what would be uploaded. */
  readonly uploadedVersionId: string | undefined;
}

/** The tag of a version that was uploaded from here: nobody has one by chance. */
export const RELEASE_PATTERN = /^r-[0-9a-f]{20}$/;

/** Prefix of a deployment's message while a version is being checked: says that it is no canary. */
export const STAGING_MESSAGE = "staging";

/** Decides what a deploy does. Pure. */
export function planDeploy(facts: DeployFacts, request: DeployRequest): DeployPlan {
  const { build, remote } = facts;
  const worker = build.rendered.name;
  const base = { worker, release: build.release };
  const blocked = [...missing(facts), ...takenDomains(facts), ...missingSecrets(facts, request)];
  const live = remote.worker;
  if (live === undefined) {
    return { ...base, ...planCreation(facts, request), refusals: [...blocked, ...firstCanary(request)] };
  }
  const traffic = readTraffic(live);
  const refusals = [
    ...blocked,
    ...canaryInTheWay(traffic),
    ...migrationBehind(facts, live, request),
    ...drift(facts, live, request),
  ];
  return { ...base, ...planUpdate(facts, live, request), refusals };
}

type PlannedWork = Pick<DeployPlan, "lines" | "steps" | "activeVersionId" | "uploadedVersionId">;

function planCreation({ build, pendingMigrations }: DeployFacts, _: DeployRequest): PlannedWork {
  const { state } = build;
  return {
    lines: [
      { sign: "+", text: `Worker ${build.rendered.name}, release ${build.release}` },
      ...migrationLines(pendingMigrations),
      ...state.bindings.map(({ name, type }): PlanLine => ({ sign: "+", text: `binding ${name} (${type})` })),
      ...state.domains.map((name): PlanLine => ({ sign: "+", text: `domain ${name}` })),
      ...state.crons.map((name): PlanLine => ({ sign: "+", text: `cron ${name}` })),
    ],
    steps: [
      ...(pendingMigrations.length > 0 ? ["migrate-database" as const] : []),
      "deploy-at-once",
      "smoke",
      "record",
    ],
    activeVersionId: undefined,
    uploadedVersionId: undefined,
  };
}

function planUpdate(facts: DeployFacts, live: RemoteWorker, request: DeployRequest): PlannedWork {
  const { build, remote, records, pendingMigrations } = facts;
  const traffic = readTraffic(live);
  const active = live.versions.find(({ id }) => id === traffic.activeId);
  const findings = compareStates(build.state, actualState(build.rendered.name, live, remote.domains));
  const needs = (repair: Finding["repair"]): boolean => findings.some((finding) => finding.repair === repair);
  const isSame = active?.annotations?.["workers/tag"] === build.release && !needs("redeploy");
  const isLive = isSame && request.isRepeated !== true;
  const isRecorded = records.some(({ versionId, status }) => versionId === traffic.activeId && status === "live");
  const isMigrating = build.state.migrationTag !== (live.settings.migration_tag ?? undefined);
  const latest = live.versions[0];
  const isUploaded =
    !isLive && !isMigrating && latest?.annotations?.["workers/tag"] === build.release && latest.id !== traffic.activeId;
  const steps: DeployStep[] = [
    ...(pendingMigrations.length > 0 ? ["migrate-database" as const] : []),
    ...(isLive ? [] : releaseSteps({ isMigrating, isUploaded, canaryPercent: request.canaryPercent })),
    ...(needs("triggers") && request.canaryPercent === undefined && !isMigrating ? ["triggers" as const] : []),
    ...(needs("settings") && request.canaryPercent === undefined ? ["settings" as const] : []),
    ...(isLive && !isRecorded ? ["smoke" as const] : []),
  ];
  return {
    lines: [
      ...migrationLines(pendingMigrations),
      ...(isLive ? [] : [bundleLine(active?.annotations?.["workers/tag"], build.release, isUploaded)]),
      ...findings.filter(({ repair }) => repair !== "manual").map(findingLine),
      ...(isLive && !isRecorded
        ? [{ sign: "~" as const, text: "check and record what is live: an earlier deploy was interrupted" }]
        : []),
    ],
    steps:
      steps.length === 0
        ? []
        : [...steps, ...(request.canaryPercent === undefined && !isLive ? ["verify" as const] : []), "record"],
    activeVersionId: traffic.activeId,
    uploadedVersionId: isUploaded ? latest.id : undefined,
  };
}

function releaseSteps(given: {
  isMigrating: boolean;
  isUploaded: boolean;
  canaryPercent: number | undefined;
}): DeployStep[] {
  if (given.isMigrating) return ["deploy-at-once", "smoke"];
  const last: DeployStep = given.canaryPercent === undefined ? "promote" : "split";
  return [...(given.isUploaded ? [] : ["upload" as const]), "stage", "smoke", last];
}

/** Who gets the traffic of a Worker. */
export interface Traffic {
  /** The version that gets most of it. */
  readonly activeId: string | undefined;
  /** The other version of the deployment. */
  readonly candidate: TrafficShare | undefined;
  /** Whether the candidate is a canary, and not a version that is being checked. */
  readonly isCanary: boolean;
}

/** Pure. */
export function readTraffic({ deployments }: Pick<RemoteWorker, "deployments">): Traffic {
  const [current] = deployments;
  const shares = (current?.versions ?? []).toSorted((a, b) => b.percentage - a.percentage);
  const [active, candidate] = shares;
  const isStaging = current?.annotations?.["workers/message"]?.startsWith(`${STAGING_MESSAGE} `) === true;
  return {
    activeId: active?.version_id,
    candidate,
    isCanary: candidate !== undefined && !(isStaging && candidate.percentage === 0),
  };
}

function missing({ missingResources }: DeployFacts): PlanRefusal[] {
  if (missingResources.length === 0) return [];
  return [{ why: `not there yet: ${missingResources.join(", ")}`, fix: "run :provision for this environment first" }];
}

function missingSecrets({ build, remote }: DeployFacts, { secrets = {} }: DeployRequest): PlanRefusal[] {
  const there = remoteSecrets(remote.worker?.settings.bindings ?? []);
  const names = build.state.secrets.filter((name) => !there.includes(name) && !Object.hasOwn(secrets, name));
  if (names.length === 0) return [];
  const fix =
    remote.worker === undefined ? "give them with --secrets-file" : `set them: :secrets -- put ${names[0] ?? ""}`;
  return [{ why: `secrets that the config names are not set: ${names.join(", ")}`, fix }];
}

function takenDomains({ build, remote }: DeployFacts): PlanRefusal[] {
  return remote.domains
    .filter(({ hostname, service }) => build.state.domains.includes(hostname) && service !== build.rendered.name)
    .map(({ hostname, service }) => ({
      why: `the hostname ${hostname} leads to the Worker ${service}`,
      fix: `take it away from ${service} first; wrangler would move it without asking`,
    }));
}

function firstCanary({ canaryPercent }: DeployRequest): PlanRefusal[] {
  if (canaryPercent === undefined) return [];
  return [{ why: "a first deploy has nothing to share its traffic with", fix: "deploy it without --canary" }];
}

function canaryInTheWay({ candidate, isCanary }: Traffic): PlanRefusal[] {
  if (!isCanary) return [];
  const share = `${candidate?.version_id ?? ""} gets ${candidate?.percentage ?? 0} %`;
  return [{ why: `a canary is in progress: ${share}`, fix: "end it first with --promote or --abort" }];
}

/** A migration of Durable Objects goes one way only, and for all traffic at once. */
function migrationBehind(
  { build }: DeployFacts,
  { settings }: RemoteWorker,
  { canaryPercent }: DeployRequest,
): PlanRefusal[] {
  const { migration_tag: liveTag } = settings;
  const tags = build.rendered.migrations.map(({ tag }) => tag);
  if (liveTag == null || liveTag === tags.at(-1)) return [];
  if (!tags.includes(liveTag)) {
    return [
      {
        why: `the live Worker is at Durable Object migration ${liveTag}, which this build does not know`,
        fix: "deploy a build that has it: a migration cannot be undone",
      },
    ];
  }
  if (canaryPercent === undefined) return [];
  return [
    {
      why: "this build has a Durable Object migration, which takes all traffic at once",
      fix: "deploy it without --canary",
    },
  ];
}

/** Changes that nobody of us made are not overwritten without a word. */
function drift(
  { build, remote, records }: DeployFacts,
  live: RemoteWorker,
  { acceptsDrift }: DeployRequest,
): PlanRefusal[] {
  if (acceptsDrift) return [];
  const { activeId } = readTraffic(live);
  const record = records.find(({ versionId }) => versionId === activeId);
  const tag = live.versions.find(({ id }) => id === activeId)?.annotations?.["workers/tag"];
  const fix = "look with :drift; then deploy with --accept-drift, which overwrites it";
  if (record === undefined && tag !== undefined && RELEASE_PATTERN.test(tag)) return [];
  if (record === undefined) {
    return [{ why: `the live version ${activeId ?? ""} was not deployed from here`, fix }];
  }
  const changed = compareStates(record.state, actualState(build.rendered.name, live, remote.domains)).filter(
    ({ repair, kind }) => repair === "redeploy" && kind !== "migration",
  );
  if (changed.length === 0) return [];
  return [
    {
      why: `changed outside since the last deploy: ${changed.map(({ kind, name }) => `${kind} ${name}`.trim()).join(", ")}`,
      fix,
    },
  ];
}

function migrationLines(names: readonly string[]): PlanLine[] {
  return names.map((name) => ({ sign: "+", text: `D1 migration ${name}` }));
}

function bundleLine(before: string | undefined, after: string, isUploaded: boolean): PlanLine {
  const note = isUploaded ? " (uploaded already)" : "";
  return { sign: "~", text: `release ${before ?? "(unknown)"} → ${after}${note}` };
}

/** A difference as a line of a plan. Pure. */
export function findingLine({ kind, name, expected, found }: Finding): PlanLine {
  const what = `${kind} ${name}`.trim();
  if (found === undefined) return { sign: "+", text: expected === "present" ? what : `${what}: ${expected ?? ""}` };
  if (expected === undefined) return { sign: "-", text: found === "present" ? what : `${what}: ${found}` };
  return { sign: "~", text: `${what}: ${found} → ${expected}` };
}
