import * as z from "zod";

import { ApiError, refusals } from "../api/api-error.js";
import { type ApiRequest, readJson } from "../api/api-request.js";
import { type Answer, ok } from "../api/envelope.js";
import { route, type Route, type RouteCall } from "../api/route.js";
import type { CloudflareState } from "../state/cloudflare-state.js";
import { deriveVersion } from "./create-version.js";
import { versionAnswer } from "./script-answers.js";
import type { BindingRecord, ScriptRecord, VersionRecord } from "./script-record.js";
import { actorOf, deployVersion, requireScript, versionOrigin, withVersion } from "./script-store.js";

const SCRIPT = "/accounts/:account/workers/scripts/:script";

const secretSchema = z.object({ name: z.string().min(1), text: z.string(), type: z.literal("secret_text") });
const bulkSchema = z.object({ secrets: z.record(z.string(), secretSchema.nullable()) });
const latestSchema = z.object({
  env: z.record(z.string(), z.looseObject({ type: z.string() }).nullable()).default({}),
  annotations: z.record(z.string(), z.string().optional()).default({}),
});

/** Secrets: names can be read, texts cannot. Each change makes a version. */
export function secretRoutes(state: CloudflareState): Route[] {
  return [
    route("GET", `${SCRIPT}/secrets`, "Workers Scripts Read", (_, call) =>
      ok(secretNames(latestVersion(requireScript(state, call)))),
    ),
    route("PUT", `${SCRIPT}/secrets`, "Workers Scripts Write", (request, call) => {
      const secret = readJson(request, secretSchema);
      changeSecrets(state, request, call, { [secret.name]: secret });
      return ok({ name: secret.name, type: secret.type });
    }),
    route("DELETE", `${SCRIPT}/secrets/:name`, "Workers Scripts Write", (request, call) => {
      const { name = "" } = call.params;
      if (!secretNames(latestVersion(requireScript(state, call))).some((secret) => secret.name === name)) {
        throw new ApiError(404, 10_056, "Secret not found");
      }
      changeSecrets(state, request, call, { [name]: null });
      return ok(null);
    }),
    route("PATCH", `${SCRIPT}/secrets-bulk`, "Workers Scripts Write", (request, call) =>
      ok(secretNames(changeSecrets(state, request, call, readJson(request, bulkSchema).secrets))),
    ),
    route(
      "PATCH",
      "/accounts/:account/workers/workers/:script/versions/latest",
      "Workers Scripts Write",
      (request, call) => patchLatest(state, request, call),
    ),
  ];
}

type SecretChanges = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

/** Makes the changed secrets live at once. @throws ApiError when the latest version is not the live one. */
function changeSecrets(
  state: CloudflareState,
  request: ApiRequest,
  call: RouteCall,
  changes: SecretChanges,
): VersionRecord {
  const script = requireScript(state, call);
  const latest = latestVersion(script);
  const shares = script.deployments[0]?.versions ?? [];
  if (!shares.some(({ version_id: id, percentage }) => id === latest.version_id && percentage === 100)) {
    throw new ApiError(400, 10_215, "The latest version of this Worker is not deployed.");
  }
  const actor = actorOf(call, request.headers["user-agent"]);
  const version = deriveVersion(
    script,
    latest.record,
    { bindings: withSecrets(latest.record.bindings, changes) },
    versionOrigin(state, actor),
    { "workers/triggered_by": "secret" },
  );
  state.scripts.put(call.account, script.name, deployVersion(state, script, version, actor));
  return version;
}

/** A new version out of the latest one that is not live yet. */
function patchLatest(state: CloudflareState, request: ApiRequest, call: RouteCall): Answer {
  const script = requireScript(state, call);
  const { env, annotations } = readJson(request, latestSchema);
  const version = deriveVersion(
    script,
    latestVersion(script).record,
    { bindings: withSecrets(latestVersion(script).record.bindings, env) },
    versionOrigin(state, actorOf(call, request.headers["user-agent"])),
    annotations,
  );
  state.scripts.put(call.account, script.name, withVersion(script, version));
  return ok({ ...versionAnswer(version, false), created_on: version.createdAt });
}

function withSecrets(bindings: readonly BindingRecord[], changes: SecretChanges): BindingRecord[] {
  const kept = bindings.filter(({ name }) => !Object.hasOwn(changes, name));
  const added = Object.entries(changes).flatMap(([name, value]): BindingRecord[] =>
    value === null ? [] : [{ type: "secret_text", ...value, name }],
  );
  return [...kept, ...added];
}

function latestVersion(script: ScriptRecord): { readonly version_id: string; readonly record: VersionRecord } {
  const record = script.versions.at(-1);
  if (record === undefined) throw refusals.noVersion();
  return { version_id: record.id, record };
}

function secretNames(version: VersionRecord | { readonly record: VersionRecord }): { name: string; type: string }[] {
  const { bindings } = "record" in version ? version.record : version;
  return bindings.filter(({ type }) => type.startsWith("secret_")).map(({ name, type }) => ({ name, type }));
}
