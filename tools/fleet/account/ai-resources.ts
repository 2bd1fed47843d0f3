import * as z from "#base/zod";

import { type Account, accountPath, orAbsent, orExists } from "./account.js";

const indexSchema = z.looseObject({
  name: z.string(),
  config: z.looseObject({ dimensions: z.number(), metric: z.string() }),
});
export type RemoteIndex = z.output<typeof indexSchema>;

const gatewaySchema = z.looseObject({ id: z.string() });
export type RemoteGateway = z.output<typeof gatewaySchema>;

const queueSchema = z.looseObject({ queue_id: z.string(), queue_name: z.string() });
export type RemoteQueue = z.output<typeof queueSchema>;

/** Codes that say that an index, a metadata index, a gateway or a queue exists. */
const INDEX_EXISTS = [3_002];
const METADATA_INDEX_EXISTS = [3_022];
const GATEWAY_EXISTS = [7_001];
const QUEUE_EXISTS = [11_009];

const indexes = (account: Account, ...rest: readonly string[]): string =>
  accountPath(account, "vectorize", "v2", "indexes", ...rest);

export function readIndex(account: Account, name: string): Promise<RemoteIndex | undefined> {
  return orAbsent(account.client.call("GET", indexes(account, name), indexSchema));
}

/** What an index is made with; neither can be changed later. */
export interface IndexShape {
  readonly dimensions: number;
  readonly metric: string;
}

export async function ensureIndex(account: Account, name: string, shape: IndexShape): Promise<void> {
  await orExists(account.client.call("POST", indexes(account), z.unknown(), { name, config: shape }), INDEX_EXISTS);
}

/** Properties by which vectors can be filtered. */
export async function readMetadataIndexes(account: Account, name: string): Promise<readonly string[]> {
  const schema = z.looseObject({ metadataIndexes: z.array(z.looseObject({ propertyName: z.string() })) });
  const answer = await orAbsent(account.client.call("GET", indexes(account, name, "metadata_index/list"), schema));
  return (answer?.metadataIndexes ?? []).map(({ propertyName }) => propertyName);
}

/** Makes a metadata index for text. Vectors that are there already are not found by it. */
export async function ensureMetadataIndex(account: Account, name: string, propertyName: string): Promise<void> {
  const body = { propertyName, indexType: "string" };
  const path = indexes(account, name, "metadata_index/create");
  await orExists(account.client.call("POST", path, z.unknown(), body), METADATA_INDEX_EXISTS);
}

export async function deleteIndex(account: Account, name: string): Promise<void> {
  await orAbsent(account.client.call("DELETE", indexes(account, name), z.unknown()));
}

const gateways = (account: Account, ...rest: readonly string[]): string =>
  accountPath(account, "ai-gateway", "gateways", ...rest);

export function readGateway(account: Account, id: string): Promise<RemoteGateway | undefined> {
  return orAbsent(account.client.call("GET", gateways(account, id), gatewaySchema));
}

/** Makes a gateway that keeps logs and neither caches nor limits: the Worker does both itself. */
export async function ensureGateway(account: Account, id: string): Promise<void> {
  const body = {
    id,
    cache_invalidate_on_update: true,
    cache_ttl: null,
    collect_logs: true,
    rate_limiting_interval: null,
    rate_limiting_limit: null,
    rate_limiting_technique: "fixed",
  };
  await orExists(account.client.call("POST", gateways(account), z.unknown(), body), GATEWAY_EXISTS);
}

export async function deleteGateway(account: Account, id: string): Promise<void> {
  await orAbsent(account.client.call("DELETE", gateways(account, id), z.unknown()));
}

export async function readQueue(account: Account, name: string): Promise<RemoteQueue | undefined> {
  const path = `${accountPath(account, "queues")}?name=${encodeURIComponent(name)}`;
  return (await account.client.list(path, queueSchema)).find((queue) => queue.queue_name === name);
}

export async function ensureQueue(account: Account, name: string): Promise<void> {
  const body = { queue_name: name };
  await orExists(account.client.call("POST", accountPath(account, "queues"), z.unknown(), body), QUEUE_EXISTS);
}

export async function deleteQueue(account: Account, name: string): Promise<void> {
  const queue = await readQueue(account, name);
  if (queue === undefined) return;
  await orAbsent(account.client.call("DELETE", accountPath(account, "queues", queue.queue_id), z.unknown()));
}
