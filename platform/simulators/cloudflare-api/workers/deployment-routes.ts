import * as z from "zod";

import { ApiError, refusals } from "../api/api-error.js";
import { type ApiRequest, readJson } from "../api/api-request.js";
import { type Answer, ok } from "../api/envelope.js";
import { route, type Route, type RouteCall } from "../api/route.js";
import type { CloudflareState } from "../state/cloudflare-state.js";
import { deploymentAnswer } from "./script-answers.js";
import type { ScriptRecord } from "./script-record.js";
import { actorOf, requireScript, requireVersion, versionOrigin, withDeployment } from "./script-store.js";

const DEPLOYMENTS = "/accounts/:account/workers/scripts/:script/deployments";

/** A deployment has one or two versions ("Gradual deployments" page of the Workers docs). */
const MAX_VERSIONS = 2;

const deploymentSchema = z.object({
  strategy: z.literal("percentage"),
  versions: z
    .array(z.object({ version_id: z.string(), percentage: z.number().min(0).max(100) }))
    .min(1)
    .max(MAX_VERSIONS),
  annotations: z.record(z.string(), z.string().optional()).optional(),
});

/** Which versions of a script get how much of its traffic. */
export function deploymentRoutes(state: CloudflareState): Route[] {
  return [
    route("GET", DEPLOYMENTS, "Workers Scripts Read", (_, call) => {
      const script = requireScript(state, call);
      return ok({ deployments: script.deployments.slice(0, 10).map((entry) => deploymentAnswer(script, entry)) });
    }),
    route("GET", `${DEPLOYMENTS}/:deployment`, "Workers Scripts Read", (_, call) => {
      const script = requireScript(state, call);
      const found = script.deployments.find(({ id }) => id === call.params["deployment"]);
      if (found === undefined) throw new ApiError(404, 10_093, "The requested deployment could not be found.");
      return ok(deploymentAnswer(script, found));
    }),
    route("POST", DEPLOYMENTS, "Workers Scripts Write", (request, call) => postDeployment(state, request, call)),
  ];
}

function postDeployment(state: CloudflareState, request: ApiRequest, call: RouteCall): Answer {
  const script = requireScript(state, call);
  const { versions, annotations = {} } = readJson(request, deploymentSchema);
  const total = versions.reduce((sum, { percentage }) => sum + percentage, 0);
  if (total !== 100) throw refusals.invalidRequest(`the percentages add up to ${total}, not to 100`);
  for (const { version_id: id } of versions) checkMigration(script, id);
  const given = Object.entries(annotations).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const origin = versionOrigin(state, actorOf(call, request.headers["user-agent"]));
  const after = withDeployment(script, versions, origin, Object.fromEntries(given));
  state.scripts.put(call.account, script.name, after);
  const created = after.deployments[0];
  return ok(created === undefined ? null : deploymentAnswer(after, created));
}

/** A version from before a migration cannot come back ("Rollbacks" page of the Workers docs). */
function checkMigration(script: ScriptRecord, versionId: string): void {
  if (requireVersion(script, versionId).migrationTag === script.migrationTag) return;
  throw new ApiError(400, 10_211, "You cannot deploy a version from before the last Durable Object migration.");
}
