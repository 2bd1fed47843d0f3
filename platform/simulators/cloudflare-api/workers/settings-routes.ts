import * as z from "zod";

import { type ApiRequest, readForm, readJson } from "../api/api-request.js";
import { type Answer, ok, page } from "../api/envelope.js";
import { refusals } from "../api/api-error.js";
import { route, type Route, type RouteCall } from "../api/route.js";
import { accountSubdomain, type CloudflareState } from "../state/cloudflare-state.js";
import { deriveVersion } from "./create-version.js";
import { scriptSettingsAnswer, settingsAnswer } from "./script-answers.js";
import { activeVersion, readableBinding, type BindingRecord, type ScriptRecord } from "./script-record.js";
import { actorOf, deployVersion, requireScript, versionOrigin } from "./script-store.js";

const SCRIPT = "/accounts/:account/workers/scripts/:script";
const SERVICE = "/accounts/:account/workers/services/:script/environments/:environment";

const subdomainSchema = z.object({ enabled: z.boolean(), previews_enabled: z.boolean().optional() });
const schedulesSchema = z.array(z.object({ cron: z.string().min(1) }));
const bindingSchema = z.looseObject({ type: z.string(), name: z.string() });
const settingsSchema = z.looseObject({ bindings: z.array(bindingSchema).optional() });

/** Settings of scripts, their place below workers.dev, and their crons. */
export function settingsRoutes(state: CloudflareState): Route[] {
  const bindings = (_: ApiRequest, call: RouteCall): Answer =>
    ok((activeVersion(requireScript(state, call))?.bindings ?? []).map(readableBinding));
  return [
    route("GET", `${SCRIPT}/settings`, "Workers Scripts Read", (_, call) =>
      ok(settingsAnswer(requireScript(state, call))),
    ),
    route("PATCH", `${SCRIPT}/settings`, "Workers Scripts Write", (request, call) =>
      patchSettings(state, request, call),
    ),
    route("GET", `${SCRIPT}/script-settings`, "Workers Scripts Read", (_, call) =>
      ok(scriptSettingsAnswer(requireScript(state, call))),
    ),
    route("PATCH", `${SCRIPT}/script-settings`, "Workers Scripts Write", (request, call) => {
      const script = requireScript(state, call);
      const settings = { ...script.settings, ...readJson(request, z.looseObject({})) };
      return ok(scriptSettingsAnswer(state.scripts.put(call.account, script.name, { ...script, settings })));
    }),
    route("GET", SERVICE, "Workers Scripts Read", (_, call) => {
      const script = requireScript(state, call);
      return ok({ environment: "production", script: { id: script.name, tag: script.tag, ...settingsAnswer(script) } });
    }),
    route("GET", `${SERVICE}/bindings`, "Workers Scripts Read", bindings),
    route(
      "GET",
      "/accounts/:account/workers/durable_objects/namespaces",
      "Workers Scripts Read",
      (request, { account }) => page(state.scripts.list(account).flatMap(objectNamespaces), request.query, 1_000),
    ),
    ...subdomainRoutes(state),
    ...scheduleRoutes(state),
  ];
}

function objectNamespaces({ name, classes }: ScriptRecord): Record<string, unknown>[] {
  return Object.entries(classes).map(([className, { namespaceId, storage }]) => ({
    id: namespaceId,
    name: `${name}_${className}`,
    script: name,
    class: className,
    use_sqlite: storage === "sqlite",
  }));
}

function subdomainRoutes(state: CloudflareState): Route[] {
  const read = (_: ApiRequest, call: RouteCall): Answer => ok(requireScript(state, call).subdomain);
  return [
    route("GET", "/accounts/:account/workers/subdomain", "Workers Scripts Read", (_, { account }) =>
      ok({ subdomain: accountSubdomain(account) }),
    ),
    route("GET", `${SCRIPT}/subdomain`, "Workers Scripts Read", read),
    route("GET", `${SERVICE}/subdomain`, "Workers Scripts Read", read),
    route("POST", `${SCRIPT}/subdomain`, "Workers Scripts Write", (request, call) => {
      const script = requireScript(state, call);
      const { enabled, previews_enabled: previews = enabled } = readJson(request, subdomainSchema);
      const subdomain = { enabled, previews_enabled: previews };
      state.scripts.put(call.account, script.name, { ...script, subdomain });
      return ok(subdomain);
    }),
  ];
}

function scheduleRoutes(state: CloudflareState): Route[] {
  return [
    route("GET", `${SCRIPT}/schedules`, "Workers Scripts Read", (_, call) =>
      ok({ schedules: requireScript(state, call).schedules }),
    ),
    route("PUT", `${SCRIPT}/schedules`, "Workers Scripts Write", (request, call) => {
      const script = requireScript(state, call);
      const now = state.now();
      const schedules = readJson(request, schedulesSchema).map(({ cron }) => ({
        cron,
        created_on: now,
        modified_on: now,
      }));
      state.scripts.put(call.account, script.name, { ...script, schedules });
      return ok({ schedules });
    }),
  ];
}

/** A change of bindings or runtime settings, as the dashboard makes it: a new version that is live at once. */
async function patchSettings(state: CloudflareState, request: ApiRequest, call: RouteCall): Promise<Answer> {
  const script = requireScript(state, call);
  const active = activeVersion(script);
  if (active === undefined) throw refusals.noVersion();
  const part = (await readForm(request)).find(({ name }) => name === "settings");
  const parsed = settingsSchema.safeParse(JSON.parse(part?.content.toString("utf8") ?? "null"));
  if (!parsed.success) throw refusals.invalidRequest("the settings part is missing or wrong");
  const { bindings, ...rest } = parsed.data;
  const before = new Map(active.bindings.map((binding) => [binding.name, binding]));
  const changed = bindings?.map((binding): BindingRecord => {
    return binding.type === "inherit" ? (before.get(binding.name) ?? binding) : binding;
  });
  const actor = actorOf(call, request.headers["user-agent"]);
  const version = deriveVersion(
    script,
    active,
    { bindings: changed ?? active.bindings, runtime: { ...active.runtime, ...rest } },
    versionOrigin(state, actor),
    { "workers/triggered_by": "settings" },
  );
  return ok(settingsAnswer(state.scripts.put(call.account, script.name, deployVersion(state, script, version, actor))));
}
