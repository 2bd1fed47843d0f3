import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { STORAGE_RESOURCE_HEADER, STORAGE_SECRET_HEADER } from "#simulators/plugin/remote-storage";
import type { RemoteStorage } from "#simulators/runtime/runtime-options";
import type { CloudflareState } from "../state/cloudflare-state.js";
import { answerD1 } from "./answer-d1.js";
import { answerKv } from "./answer-kv.js";

/** Body and head of an answer to a binding. */
export interface StorageAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface StorageServer {
  /** How the Workers' runtime reaches it. */
  readonly storage: RemoteStorage;
  close(): Promise<void>;
}

/**
 * Answers the KV and D1 bindings of all Workers, so that a value written through the API is seen by a Worker and the
 * other way round. A header that only the runtime knows keeps other processes out.
 */
export async function startStorageServer(state: CloudflareState): Promise<StorageServer> {
  const secret = randomUUID();
  const server = createServer((incoming, outgoing) => {
    answer(state, secret, incoming, outgoing).catch((error: unknown) => {
      outgoing.writeHead(500).end(error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    storage: { address: `127.0.0.1:${port}`, secret },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  state: CloudflareState,
  secret: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { headers } = incoming;
  const [kind, id = ""] = (headers[STORAGE_RESOURCE_HEADER]?.toString() ?? "").split("/");
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const request = { incoming, url: new URL(incoming.url ?? "/", "http://storage"), body: Buffer.concat(chunks) };
  const result: StorageAnswer =
    headers[STORAGE_SECRET_HEADER] !== secret
      ? { status: 403 }
      : kind === "kv"
        ? answerKv(state, id, request)
        : answerD1(state, id, request);
  outgoing.writeHead(result.status, result.headers).end(result.body);
}

/** A request of a binding. */
export interface StorageRequest {
  readonly incoming: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
}
