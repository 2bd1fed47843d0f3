import { Buffer } from "node:buffer";

import * as z from "zod";

import { ApiError, refusals } from "../api/api-error.js";
import { type ApiRequest, readForm, readJson } from "../api/api-request.js";
import { type Answer, ok, page, raw } from "../api/envelope.js";
import { route, type Route, type RouteCall } from "../api/route.js";
import type { CloudflareState } from "../state/cloudflare-state.js";
import type { NamespaceRecord } from "./resource-records.js";

const NAMESPACES = "/accounts/:account/storage/kv/namespaces";
const NAMESPACE = `${NAMESPACES}/:namespace`;

/** Most keys of one page of a list ("List keys" page of the KV docs). */
const MAX_LIST_KEYS = 1_000;

const titleSchema = z.object({ title: z.string().min(1).max(512) });
const bulkSchema = z
  .array(
    z.object({
      key: z.string().min(1),
      value: z.string(),
      base64: z.boolean().default(false),
      metadata: z.unknown().optional(),
      expiration: z.int().optional(),
      expiration_ttl: z.int().optional(),
    }),
  )
  .max(10_000);

/** KV namespaces and their values. */
export function kvRoutes(state: CloudflareState): Route[] {
  return [
    route("GET", NAMESPACES, "Workers KV Storage Read", (request, { account }) =>
      page(state.namespaces.list(account).map(namespaceAnswer), request.query),
    ),
    route("POST", NAMESPACES, "Workers KV Storage Write", (request, call) => createNamespace(state, request, call)),
    route("GET", NAMESPACE, "Workers KV Storage Read", (_, call) => ok(namespaceAnswer(requireNamespace(state, call)))),
    route("DELETE", NAMESPACE, "Workers KV Storage Write", (_, call) => {
      const { id } = requireNamespace(state, call);
      state.namespaces.delete(call.account, id);
      state.kv.deleteNamespace(id);
      return ok(null);
    }),
    route("GET", `${NAMESPACE}/keys`, "Workers KV Storage Read", (request, call) => listKeys(state, request, call)),
    route("GET", `${NAMESPACE}/values/:key`, "Workers KV Storage Read", (_, call) => {
      const entry = state.kv.get(requireNamespace(state, call).id, call.params["key"] ?? "");
      if (entry === undefined) throw new ApiError(404, 10_009, "get: 'key not found'");
      return raw(entry.value, "application/octet-stream");
    }),
    route("PUT", `${NAMESPACE}/values/:key`, "Workers KV Storage Write", (request, call) =>
      putValue(state, request, call),
    ),
    route("DELETE", `${NAMESPACE}/values/:key`, "Workers KV Storage Write", (_, call) => {
      state.kv.delete(requireNamespace(state, call).id, call.params["key"] ?? "");
      return ok(null);
    }),
    route("PUT", `${NAMESPACE}/bulk`, "Workers KV Storage Write", (request, call) => putBulk(state, request, call)),
    ...(["POST", "DELETE"] as const).map((method) =>
      route(
        method,
        method === "POST" ? `${NAMESPACE}/bulk/delete` : `${NAMESPACE}/bulk`,
        "Workers KV Storage Write",
        (request, call) => {
          const { id } = requireNamespace(state, call);
          const keys = readJson(request, z.array(z.string()).max(10_000));
          for (const key of keys) state.kv.delete(id, key);
          return ok({ successful_key_count: keys.length, unsuccessful_keys: [] });
        },
      ),
    ),
  ];
}

function namespaceAnswer({ id, title }: NamespaceRecord): Record<string, unknown> {
  return { id, title, supports_url_encoding: true };
}

function createNamespace(state: CloudflareState, request: ApiRequest, { account }: RouteCall): Answer {
  const { title } = readJson(request, titleSchema);
  if (state.namespaces.list(account).some((namespace) => namespace.title === title)) {
    throw new ApiError(400, 10_014, "create namespace: 'A KV namespace with this account ID and title already exists'");
  }
  const id = state.hexId();
  return ok(namespaceAnswer(state.namespaces.put(account, id, { id, title })));
}

function requireNamespace(state: CloudflareState, { account, params }: RouteCall): NamespaceRecord {
  const namespace = state.namespaces.get(account, params["namespace"] ?? "");
  if (namespace === undefined) throw refusals.noNamespace();
  return namespace;
}

function listKeys(state: CloudflareState, { query }: ApiRequest, call: RouteCall): Answer {
  const { id } = requireNamespace(state, call);
  const limit = Math.min(Number(query.get("limit") ?? MAX_LIST_KEYS), MAX_LIST_KEYS);
  const cursor = query.get("cursor");
  const listed = state.kv.list(
    id,
    query.get("prefix") ?? "",
    limit,
    cursor === null || cursor === "" ? undefined : cursor,
  );
  const result = listed.keys.map(({ name, metadata, expiration }) => ({
    name,
    ...(expiration === undefined ? {} : { expiration }),
    ...(metadata === undefined ? {} : { metadata: JSON.parse(metadata) as unknown }),
  }));
  return { status: 200, result, resultInfo: { count: result.length, cursor: listed.cursor ?? "" } };
}

async function putValue(state: CloudflareState, request: ApiRequest, call: RouteCall): Promise<Answer> {
  const { id } = requireNamespace(state, call);
  const { value, metadata } = await readValue(request);
  const ttl = numberOf(request.query.get("expiration_ttl"));
  const expiration = ttl === undefined ? numberOf(request.query.get("expiration")) : secondsFromNow(state, ttl);
  state.kv.put(id, call.params["key"] ?? "", { value, metadata, expiration });
  return ok(null);
}

/** The body is the value, or a form with `value` and `metadata`. */
async function readValue(request: ApiRequest): Promise<{ value: Buffer; metadata: string | undefined }> {
  if (request.headers["content-type"]?.startsWith("multipart/form-data") !== true) {
    return { value: request.body, metadata: undefined };
  }
  const parts = await readForm(request);
  const part = (name: string): Buffer | undefined => parts.find((candidate) => candidate.name === name)?.content;
  return { value: part("value") ?? Buffer.alloc(0), metadata: part("metadata")?.toString("utf8") };
}

function putBulk(state: CloudflareState, request: ApiRequest, call: RouteCall): Answer {
  const { id } = requireNamespace(state, call);
  const pairs = readJson(request, bulkSchema);
  for (const { key, value, base64, metadata, expiration, expiration_ttl: ttl } of pairs) {
    state.kv.put(id, key, {
      value: Buffer.from(value, base64 ? "base64" : "utf8"),
      metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
      expiration: ttl === undefined ? expiration : secondsFromNow(state, ttl),
    });
  }
  return ok({ successful_key_count: pairs.length, unsuccessful_keys: [] });
}

function secondsFromNow(state: CloudflareState, seconds: number): number {
  return Math.floor(state.nowMs() / 1_000) + seconds;
}

function numberOf(text: string | null): number | undefined {
  return text === null ? undefined : Number(text);
}
