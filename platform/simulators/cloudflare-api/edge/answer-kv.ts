import { Buffer } from "node:buffer";

import * as z from "zod";

import type { CloudflareState } from "../state/cloudflare-state.js";
import type { StorageAnswer, StorageRequest } from "./storage-server.js";

/** Limits of the "Limits" page of the KV docs. */
const MAX_KEY_BYTES = 512;
const MAX_METADATA_BYTES = 1_024;
const MAX_VALUE_BYTES = 25 * 1024 * 1024;
const MIN_TTL_SECONDS = 60;
const MAX_LIST_KEYS = 1_000;

const bulkSchema = z.object({
  keys: z.array(z.string()).min(1).max(100),
  type: z.enum(["text", "json"]).optional(),
  withMetadata: z.boolean().optional(),
});

/** What the runtime's KV binding sends: `GET|PUT|DELETE /:key`, `GET /` to list, `POST /bulk/get`. */
export function answerKv(state: CloudflareState, namespace: string, request: StorageRequest): StorageAnswer {
  const { method } = request.incoming;
  const { pathname } = request.url;
  if (!state.namespaces.all().some(({ value }) => value.id === namespace)) return { status: 404 };
  if (method === "POST" && pathname === "/bulk/get") return getMany(state, namespace, request);
  if (method === "GET" && pathname === "/") return list(state, namespace, request.url.searchParams);
  const key = decodeURIComponent(pathname.slice(1));
  if (key === "" || Buffer.byteLength(key) > MAX_KEY_BYTES)
    return { status: 414, body: "the key is empty or too long" };
  switch (method) {
    case "GET":
      return get(state, namespace, key);
    case "PUT":
      return put(state, namespace, key, request);
    case "DELETE":
      state.kv.delete(namespace, key);
      return { status: 200 };
    default:
      return { status: 405 };
  }
}

function get(state: CloudflareState, namespace: string, key: string): StorageAnswer {
  const entry = state.kv.get(namespace, key);
  if (entry === undefined) return { status: 404 };
  const headers = {
    ...(entry.expiration === undefined ? {} : { "cf-expiration": String(entry.expiration) }),
    ...(entry.metadata === undefined ? {} : { "cf-kv-metadata": entry.metadata }),
  };
  return { status: 200, headers, body: entry.value };
}

function put(
  state: CloudflareState,
  namespace: string,
  key: string,
  { incoming, url, body }: StorageRequest,
): StorageAnswer {
  const metadata = incoming.headers["cf-kv-metadata"]?.toString();
  if (body.length > MAX_VALUE_BYTES) return { status: 413, body: "the value is too large" };
  if (Buffer.byteLength(metadata ?? "") > MAX_METADATA_BYTES) return { status: 413, body: "the metadata is too large" };
  const nowSeconds = Math.floor(state.nowMs() / 1_000);
  const ttl = url.searchParams.get("expiration_ttl");
  const at = url.searchParams.get("expiration");
  const expiration = ttl === null ? (at === null ? undefined : Number(at)) : nowSeconds + Number(ttl);
  if (expiration !== undefined && expiration - nowSeconds < MIN_TTL_SECONDS) {
    return { status: 400, body: `a value lives at least ${MIN_TTL_SECONDS} seconds` };
  }
  state.kv.put(namespace, key, { value: body, metadata, expiration });
  return { status: 200 };
}

function getMany(state: CloudflareState, namespace: string, { body }: StorageRequest): StorageAnswer {
  const parsed = bulkSchema.safeParse(JSON.parse(body.toString("utf8")));
  if (!parsed.success) return { status: 400, body: "one to 100 keys can be read at once" };
  const { keys, type, withMetadata } = parsed.data;
  const values = keys.map((key) => {
    const entry = state.kv.get(namespace, key);
    if (entry === undefined) return [key, null];
    const text = entry.value.toString("utf8");
    const value: unknown = type === "json" ? JSON.parse(text) : text;
    if (withMetadata !== true) return [key, value];
    return [key, { value, metadata: entry.metadata === undefined ? null : (JSON.parse(entry.metadata) as unknown) }];
  });
  return { status: 200, body: JSON.stringify(Object.fromEntries(values)) };
}

function list(state: CloudflareState, namespace: string, query: URLSearchParams): StorageAnswer {
  const limit = Math.min(Number(query.get("key_count_limit") ?? MAX_LIST_KEYS), MAX_LIST_KEYS);
  const listed = state.kv.list(namespace, query.get("prefix") ?? "", limit, query.get("cursor") ?? undefined);
  const keys = listed.keys.map(({ name, expiration, metadata }) => ({ name, expiration, metadata }));
  const body =
    listed.cursor === undefined
      ? { keys, list_complete: true, cacheStatus: null }
      : { keys, list_complete: false, cursor: listed.cursor, cacheStatus: null };
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
