import { Buffer } from "node:buffer";
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import * as z from "#base/zod";

import type { KeyValues } from "#tools/tenant/kv/key-values";
import type { RestNamespace } from "#tools/tenant/kv/rest-key-values";

/** Largest request, in bytes: far more than any value that a command writes. */
const MAX_BODY_BYTES = 1024 * 1024;

/** A namespace that other programs of this machine can use while the server runs. */
export interface KvApi extends RestNamespace {
  close(): Promise<void>;
}

/**
 * Serves a namespace as Cloudflare's REST API does, as far as `restKeyValues` needs it (get, list, bulk write), on a free
 * port of the loopback address and with a token made for it. While the development server runs, its data belong to it alone: this is
 * how other commands reach them.
 */
export async function serveKvApi(
  keyValues: KeyValues,
  place: { accountId: string; namespaceId: string },
): Promise<KvApi> {
  const token = randomBytes(32).toString("base64url");
  const root = `/client/v4/accounts/${place.accountId}/storage/kv/namespaces/${place.namespaceId}`;
  const server = createServer((request, response) => {
    void answer(keyValues, { root, token }, request).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, failure(500, 10_001, error instanceof Error ? error.message : String(error))),
    );
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  // On a busy machine a client's next request can meet the end of an idle connection's five seconds.
  server.keepAliveTimeout = 60_000;
  // The server does not keep the process alive: what it serves does.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${root}`,
    token,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Reply {
  readonly status: number;
  /** Text is sent as it is, anything else as JSON. */
  readonly body: unknown;
}

async function answer(
  keyValues: KeyValues,
  { root, token }: { root: string; token: string },
  request: IncomingMessage,
): Promise<Reply> {
  if (!isSame(request.headers.authorization ?? "", `Bearer ${token}`))
    return failure(401, 10_000, "Authentication error");
  const url = new URL(request.url ?? "/", "http://loopback");
  if (!url.pathname.startsWith(`${root}/`)) return failure(404, 10_013, "namespace not found");
  const [kind, name, ...more] = url.pathname.slice(root.length + 1).split("/");
  if (kind === "keys" && name === undefined && request.method === "GET") {
    const keys = await keyValues.list(url.searchParams.get("prefix") ?? "");
    return success(keys.map(({ key, metadata }) => ({ name: key, ...(metadata && { metadata }) })));
  }
  if (kind === "bulk" && name === undefined && request.method === "PUT") return putAll(keyValues, request);
  if (kind !== "values" || name === undefined || more.length > 0) return failure(404, 7_003, "no such route");
  const key = decodeURIComponent(name);
  if (request.method === "DELETE") {
    await keyValues.delete(key);
    return success({});
  }
  if (request.method !== "GET") return failure(405, 10_405, "method not allowed");
  const value = await keyValues.get(key);
  return value === undefined ? failure(404, 10_009, "get: 'key not found'") : { status: 200, body: value };
}

const bulkSchema = z.array(
  z.object({
    key: z.string().check(z.minLength(1)),
    value: z.string(),
    metadata: z.optional(z.record(z.string(), z.union([z.string(), z.number()]))),
  }),
);

/** Writes several values, or none if one of them is not as it should be. */
async function putAll(keyValues: KeyValues, request: IncomingMessage): Promise<Reply> {
  const body = await readBody(request);
  if (body === undefined) return failure(413, 10_033, "too large");
  const pairs = bulkSchema.safeParse(parseJson(body));
  if (!pairs.success) return failure(400, 10_026, "could not parse the pairs");
  for (const { key, value, metadata } of pairs.data) await keyValues.put(key, value, metadata);
  return success({ successful_key_count: pairs.data.length, unsuccessful_keys: [] });
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    // Not JSON: no schema takes `undefined`.
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // What is too much is read all the same: an answer reaches only a client that was let finish.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

function success(result: unknown): Reply {
  const info = Array.isArray(result) ? { result_info: { count: result.length, cursor: "" } } : {};
  return { status: 200, body: { success: true, errors: [], messages: [], result, ...info } };
}

function failure(status: number, code: number, message: string): Reply {
  return { status, body: { success: false, errors: [{ code, message }], messages: [], result: null } };
}

function send(response: ServerResponse, { status, body }: Reply): void {
  const isText = typeof body === "string";
  response.writeHead(status, {
    "content-type": isText ? "application/octet-stream" : "application/json",
    // A connection that is kept could be closed by us just when a command uses it again.
    connection: "close",
  });
  response.end(isText ? body : JSON.stringify(body));
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [new TextEncoder().encode(given), new TextEncoder().encode(expected)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
