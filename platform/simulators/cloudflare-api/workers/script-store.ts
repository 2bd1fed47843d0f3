import { refusals } from "../api/api-error.js";
import type { RouteCall } from "../api/route.js";
import type { CloudflareState } from "../state/cloudflare-state.js";
import type { VersionOrigin } from "./create-version.js";
import type { DeploymentRecord, ScriptRecord, TrafficShare, VersionRecord } from "./script-record.js";

/** How many versions of a script are kept; older ones cannot be deployed any more. */
const MAX_VERSIONS = 100;
const MAX_DEPLOYMENTS = 25;

/** Who acts, and through what. */
export interface Actor {
  readonly email: string;
  readonly source: string;
}

/** The caller of a request. Its source is `wrangler` or `api`, by the user agent. */
export function actorOf(call: RouteCall, userAgent: string | undefined): Actor {
  return {
    email: call.token?.email ?? "unknown",
    source: userAgent?.startsWith("wrangler") === true ? "wrangler" : "api",
  };
}

export function versionOrigin(state: CloudflareState, { email, source }: Actor): VersionOrigin {
  return { id: state.uuid(), nowMs: state.nowMs(), authorEmail: email, source };
}

/** @throws ApiError 404 */
export function requireScript(state: CloudflareState, { account, params }: RouteCall): ScriptRecord {
  const script = state.scripts.get(account, params["script"] ?? "");
  if (script === undefined) throw refusals.noScript();
  return script;
}

/** @throws ApiError 404 */
export function requireVersion(script: ScriptRecord, id: string | undefined): VersionRecord {
  const version = script.versions.find((candidate) => candidate.id === id);
  if (version === undefined) throw refusals.noVersion();
  return version;
}

/** The script with one more version. Pure. */
export function withVersion(script: ScriptRecord, version: VersionRecord): ScriptRecord {
  return {
    ...script,
    modifiedAt: version.createdAt,
    lastDeployedFrom: version.source,
    versions: [...script.versions, version].slice(-MAX_VERSIONS),
  };
}

/** The script with another division of its traffic. Pure. */
export function withDeployment(
  script: ScriptRecord,
  versions: readonly TrafficShare[],
  { id, nowMs, authorEmail, source }: VersionOrigin,
  annotations: Readonly<Record<string, string>> = {},
): ScriptRecord {
  const createdAt = new Date(nowMs).toISOString();
  const deployment: DeploymentRecord = {
    id,
    createdAt,
    authorEmail,
    source,
    annotations: { "workers/triggered_by": "deployment", ...annotations },
    versions,
  };
  return {
    ...script,
    modifiedAt: createdAt,
    deployments: [deployment, ...script.deployments].slice(0, MAX_DEPLOYMENTS),
  };
}

/** A new version that takes all traffic at once. */
export function deployVersion(
  state: CloudflareState,
  script: ScriptRecord,
  version: VersionRecord,
  actor: Actor,
): ScriptRecord {
  const all = [{ version_id: version.id, percentage: 100 }];
  return withDeployment(withVersion(script, version), all, versionOrigin(state, actor), version.annotations);
}
