import * as z from "zod";

import { ApiError } from "../api/api-error.js";
import { type ApiRequest, readJson } from "../api/api-request.js";
import { type Answer, ok, page } from "../api/envelope.js";
import { route, type Route, type RouteCall } from "../api/route.js";
import type { CloudflareState } from "../state/cloudflare-state.js";
import type { DomainRecord, RouteRecord } from "./script-record.js";
import { requireScript } from "./script-store.js";
import { zoneOf } from "./zones.js";

const SCRIPT = "/accounts/:account/workers/scripts/:script";

const originSchema = z.object({ hostname: z.string().min(1) });
const recordsSchema = z.object({
  override_existing_origin: z.boolean().default(false),
  origins: z.array(originSchema),
});
const routesSchema = z.array(z.looseObject({ pattern: z.string().min(1) }));

/** Custom domains and routes of scripts. */
export function domainRoutes(state: CloudflareState): Route[] {
  return [
    route("GET", "/accounts/:account/workers/domains", "Workers Scripts Read", (request, { account }) =>
      ok(listDomains(state, account, request.query)),
    ),
    route("GET", "/accounts/:account/workers/domains/records", "Workers Scripts Read", (request, { account }) =>
      page(listDomains(state, account, request.query), request.query),
    ),
    route(
      "GET",
      "/accounts/:account/workers/domains/records/:domain",
      "Workers Scripts Read",
      (_, { account, params }) => ok(state.domains.get(account, params["domain"] ?? "")),
    ),
    route("DELETE", "/accounts/:account/workers/domains/:domain", "Workers Scripts Write", (_, { account, params }) => {
      state.domains.delete(account, params["domain"] ?? "");
      return ok(null);
    }),
    route("POST", `${SCRIPT}/domains/changeset`, "Workers Scripts Read", (request, call) =>
      ok(domainChanges(state, call, readJson(request, z.array(originSchema)))),
    ),
    route("PUT", `${SCRIPT}/domains/records`, "Workers Routes Write", (request, call) =>
      putDomains(state, request, call),
    ),
    route("PUT", `${SCRIPT}/routes`, "Workers Routes Write", (request, call) => putRoutes(state, request, call)),
    route(
      "GET",
      "/accounts/:account/workers/services/:script/environments/:environment/routes",
      "Workers Scripts Read",
      (_, call) => ok(state.routes.list(call.account).filter(({ script }) => script === call.params["script"])),
    ),
  ];
}

function listDomains(state: CloudflareState, account: string, query: URLSearchParams): DomainRecord[] {
  const fits = (name: "hostname" | "service" | "zone_name", value: string): boolean =>
    query.get(name) === null || query.get(name) === value;
  return state.domains
    .list(account)
    .filter(
      (domain) =>
        fits("hostname", domain.hostname) && fits("service", domain.service) && fits("zone_name", domain.zone_name),
    );
}

/** What setting the domains would do; no change is made. */
function domainChanges(
  state: CloudflareState,
  call: RouteCall,
  origins: readonly { readonly hostname: string }[],
): Record<string, unknown> {
  const { name } = requireScript(state, call);
  const existing = state.domains.list(call.account);
  const wanted = new Set(origins.map(({ hostname }) => hostname));
  const known = new Map(existing.map((domain) => [domain.hostname, domain]));
  return {
    added: origins.filter(({ hostname }) => !known.has(hostname)),
    removed: existing.filter(({ service, hostname }) => service === name && !wanted.has(hostname)),
    updated: existing
      .filter(({ hostname }) => wanted.has(hostname))
      .map((domain) => ({ ...domain, modified: domain.service !== name })),
    conflicting: [],
  };
}

/** Sets the domains of a script; those it had and that are not named are taken away. */
function putDomains(state: CloudflareState, request: ApiRequest, call: RouteCall): Answer {
  const { name } = requireScript(state, call);
  const { origins, override_existing_origin: overrides } = readJson(request, recordsSchema);
  const existing = new Map(state.domains.list(call.account).map((domain) => [domain.hostname, domain]));
  for (const { hostname } of origins) {
    const owner = existing.get(hostname)?.service;
    if (owner !== undefined && owner !== name && !overrides) {
      throw new ApiError(409, 100_116, `the hostname ${hostname} leads to the Worker ${owner}`);
    }
  }
  const wanted = new Set(origins.map(({ hostname }) => hostname));
  for (const domain of existing.values()) {
    if (domain.service === name && !wanted.has(domain.hostname)) state.domains.delete(call.account, domain.id);
  }
  for (const { hostname } of origins) {
    const id = existing.get(hostname)?.id ?? state.hexId();
    const zone = zoneOf(hostname);
    state.domains.put(call.account, id, {
      id,
      hostname,
      service: name,
      environment: "production",
      zone_id: zone.id,
      zone_name: zone.name,
    });
  }
  return ok(listDomains(state, call.account, new URLSearchParams({ service: name })));
}

function putRoutes(state: CloudflareState, request: ApiRequest, call: RouteCall): Answer {
  const { name } = requireScript(state, call);
  const patterns = readJson(request, routesSchema).map(({ pattern }) => pattern);
  for (const entry of state.routes.list(call.account)) {
    if (entry.script === name) state.routes.delete(call.account, entry.id);
    else if (patterns.includes(entry.pattern)) {
      throw new ApiError(409, 10_020, `A route with the pattern ${entry.pattern} exists already.`);
    }
  }
  const added = patterns.map((pattern): RouteRecord => ({ id: state.hexId(), pattern, script: name }));
  for (const entry of added) state.routes.put(call.account, entry.id, entry);
  return ok(added);
}
