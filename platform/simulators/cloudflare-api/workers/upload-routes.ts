import { Buffer } from "node:buffer";

import type { ApiRequest } from "../api/api-request.js";
import { type Answer, ok, raw } from "../api/envelope.js";
import { route, type Route, type RouteCall } from "../api/route.js";
import { accountSubdomain, type CloudflareState } from "../state/cloudflare-state.js";
import { applyMigrations, checkClasses } from "./apply-migrations.js";
import { assetsOf } from "./asset-routes.js";
import { createVersion, emptyScript } from "./create-version.js";
import { parseUpload } from "./parse-upload.js";
import { scriptSummary, serviceAnswer, versionAnswer, workerAnswer, etagOf } from "./script-answers.js";
import { activeVersion, type ModuleRecord, type ScriptRecord, type VersionRecord } from "./script-record.js";
import { actorOf, deployVersion, requireScript, requireVersion, versionOrigin, withVersion } from "./script-store.js";
import { refusals } from "../api/api-error.js";

const SCRIPT = "/accounts/:account/workers/scripts/:script";

/** Uploading, listing, reading and deleting scripts and their versions. */
export function uploadRoutes(state: CloudflareState): Route[] {
  return [
    route("GET", "/accounts/:account/workers/scripts", "Workers Scripts Read", (_, { account }) =>
      ok(state.scripts.list(account).map(scriptSummary)),
    ),
    route("PUT", SCRIPT, "Workers Scripts Write", (request, call) => putScript(state, request, call)),
    route("DELETE", SCRIPT, "Workers Scripts Write", (_, call) => deleteScript(state, call)),
    route("GET", `${SCRIPT}/content/v2`, "Workers Scripts Read", (_, call) => scriptContent(state, call)),
    route("POST", `${SCRIPT}/versions`, "Workers Scripts Write", (request, call) => postVersion(state, request, call)),
    route("GET", `${SCRIPT}/versions`, "Workers Scripts Read", (_, call) => {
      const { versions } = requireScript(state, call);
      return ok({ items: versions.toReversed().map((version) => versionAnswer(version, false)) });
    }),
    route("GET", `${SCRIPT}/versions/:version`, "Workers Scripts Read", (_, call) =>
      ok(versionAnswer(requireVersion(requireScript(state, call), call.params["version"]), true)),
    ),
    route("GET", "/accounts/:account/workers/services/:script", "Workers Scripts Read", (_, { account, params }) => {
      const script = state.scripts.get(account, params["script"] ?? "");
      if (script === undefined) throw refusals.noService();
      return ok(serviceAnswer(script));
    }),
    route("DELETE", "/accounts/:account/workers/services/:script", "Workers Scripts Write", (_, call) =>
      deleteScript(state, call),
    ),
    route("GET", "/accounts/:account/workers/workers/:script", "Workers Scripts Read", (_, call) =>
      ok(workerAnswer(requireScript(state, call), accountSubdomain(call.account))),
    ),
    route("GET", `${SCRIPT}/references`, "Workers Scripts Read", () =>
      ok({ services: { incoming: [], outgoing: [] } }),
    ),
    route("GET", "/accounts/:account/workers/tails/by-consumer/:script", "Workers Scripts Read", () => ok([])),
  ];
}

/** Upload and activation in one: the first upload of a script, and every one with a migration. */
async function putScript(state: CloudflareState, request: ApiRequest, call: RouteCall): Promise<Answer> {
  const name = call.params["script"] ?? "";
  const existing = state.scripts.get(call.account, name);
  const { script, version } = await readVersion(
    state,
    request,
    call,
    existing ?? emptyScript(name, state.hexId(), state.nowMs()),
  );
  const actor = actorOf(call, request.headers["user-agent"]);
  const settings = { ...script.settings, ...scriptSettings(version.uploaded) };
  state.scripts.put(call.account, name, { ...deployVersion(state, script, version.record, actor), settings });
  return ok({
    id: name,
    tag: script.tag,
    etag: etagOf(version.record),
    deployment_id: version.record.id.replaceAll("-", ""),
    startup_time_ms: 5,
    handlers: ["fetch"],
    created_on: script.createdAt,
    modified_on: version.record.createdAt,
    migration_tag: script.migrationTag,
    usage_model: "standard",
  });
}

async function postVersion(state: CloudflareState, request: ApiRequest, call: RouteCall): Promise<Answer> {
  const before = requireScript(state, call);
  const { script, version } = await readVersion(state, request, call, before);
  if (script.migrationTag !== before.migrationTag) {
    throw refusals.invalidRequest("migrations cannot be uploaded with a version: deploy the script instead");
  }
  state.scripts.put(call.account, script.name, withVersion(script, version.record));
  return ok(versionAnswer(version.record, true));
}

/** Reads an upload into a version; nothing is stored but the contents of its modules. */
async function readVersion(
  state: CloudflareState,
  request: ApiRequest,
  call: RouteCall,
  before: ScriptRecord,
): Promise<{ script: ScriptRecord; version: { record: VersionRecord; uploaded: Readonly<Record<string, unknown>> } }> {
  const { metadata, modules } = await parseUpload(request);
  const script = applyMigrations(before, metadata.migrations, () => state.hexId());
  const stored = modules.map(({ name, contentType, content }): ModuleRecord => ({
    name,
    type: contentType ?? "application/octet-stream",
    digest: state.blobs.put(content),
  }));
  const origin = versionOrigin(state, actorOf(call, request.headers["user-agent"]));
  const isStrict = request.query.get("bindings_inherit") === "strict";
  const version = createVersion(script, metadata, stored, origin, isStrict);
  checkClasses(script, version.bindings);
  const assets = assetsOf(state, metadata, before.versions.at(-1));
  return {
    script,
    version: { record: assets === undefined ? version : { ...version, assets }, uploaded: metadata },
  };
}

/** The settings of an upload that are the same for all versions. */
function scriptSettings(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = ["logpush", "observability", "tail_consumers", "tags"];
  return Object.fromEntries(
    fields.filter((field) => metadata[field] !== undefined).map((field) => [field, metadata[field]]),
  );
}

function deleteScript(state: CloudflareState, call: RouteCall): Answer {
  const { name } = requireScript(state, call);
  state.scripts.delete(call.account, name);
  for (const domain of state.domains.list(call.account)) {
    if (domain.service === name) state.domains.delete(call.account, domain.id);
  }
  for (const entry of state.routes.list(call.account)) {
    if (entry.script === name) state.routes.delete(call.account, entry.id);
  }
  return ok(null);
}

/** The modules of the version that most requests reach, as a multipart body. */
function scriptContent(state: CloudflareState, call: RouteCall): Answer {
  const version = activeVersion(requireScript(state, call));
  if (version === undefined) throw refusals.noVersion();
  const boundary = `----${state.hexId()}`;
  const parts = version.modules.flatMap(({ name, type, digest }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    state.blobs.get(digest),
    Buffer.from("\r\n"),
  ]);
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  const answer = raw(body, `multipart/form-data; boundary=${boundary}`);
  return { ...answer, headers: { ...answer.headers, "cf-entrypoint": version.mainModule } };
}
