import type { EnvironmentName, ResolvedEnvironment } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";
import { type Account } from "../account/account.js";
import { readGateway, readIndex, readMetadataIndexes, readQueue, type RemoteIndex } from "../account/ai-resources.js";
import { listDatabases, listNamespaces, type RemoteDatabase, type RemoteNamespace } from "../account/storage.js";
import type { RenderedConfig } from "../state/desired-state.js";
import { describeOwn, findOwn, type FoundOwn, hasId, type OwnResource, ownResourcesOf } from "./own-resources.js";

/** What an environment of a tenant needs in the account besides its Worker. */
export interface Resources {
  readonly environment: EnvironmentName;
  readonly kvTitle: string;
  /** As the config names it; absent until it was provisioned. */
  readonly kvNamespaceId: string | undefined;
  readonly databaseName: string;
  readonly databaseId: string | undefined;
  readonly index: { readonly name: string; readonly dimensions: number; readonly metric: string };
  readonly metadataIndexes: readonly string[];
  readonly gatewayId: string;
  readonly queues: readonly string[];
  /** Behind bindings that only this tenant has. */
  readonly own: readonly OwnResource[];
}

/**
 * Properties of vectors with a metadata index. They must be made before the vectors; an operator finds and removes the
 * vectors of a document by them.
 */
const METADATA_INDEXES = ["tenantId", "docId"];

/** The resources of an environment. Pure. */
export function resourcesOf(
  config: TenantConfig,
  environment: ResolvedEnvironment,
  rendered: RenderedConfig,
): Resources {
  const { dimensions, metric } = config.vectorize;
  const { producers = [], consumers = [] } = rendered.queues ?? {};
  return {
    environment: environment.name,
    kvTitle: environment.workerName,
    kvNamespaceId: environment.kvNamespaceId,
    databaseName: environment.d1DatabaseName,
    databaseId: environment.d1DatabaseId,
    index: { name: environment.vectorizeIndex, dimensions, metric },
    metadataIndexes: METADATA_INDEXES,
    gatewayId: environment.gatewayId,
    queues: [...new Set([...producers, ...consumers].map(({ queue }) => queue))].toSorted(),
    own: ownResourcesOf(rendered),
  };
}

/** What of the resources the account has. */
export interface FoundResources {
  /** By the config's id, else by its title. */
  readonly namespace: RemoteNamespace | undefined;
  /** By the config's id, else by its name. */
  readonly database: RemoteDatabase | undefined;
  readonly index: RemoteIndex | undefined;
  readonly metadataIndexes: readonly string[];
  readonly hasGateway: boolean;
  /** Names of the queues that are there. */
  readonly queues: readonly string[];
  readonly own: FoundOwn;
}

export async function findResources(account: Account, wanted: Resources): Promise<FoundResources> {
  const [namespaces, databases, index, gateway, queues] = await Promise.all([
    listNamespaces(account),
    listDatabases(account),
    readIndex(account, wanted.index.name),
    readGateway(account, wanted.gatewayId),
    Promise.all(wanted.queues.map((name) => readQueue(account, name))),
  ]);
  return {
    namespace: namespaces.find(({ id, title }) =>
      wanted.kvNamespaceId === undefined ? title === wanted.kvTitle : id === wanted.kvNamespaceId,
    ),
    database: databases.find(({ uuid, name }) =>
      wanted.databaseId === undefined ? name === wanted.databaseName : uuid === wanted.databaseId,
    ),
    index,
    metadataIndexes: index === undefined ? [] : await readMetadataIndexes(account, index.name),
    hasGateway: gateway !== undefined,
    queues: queues.flatMap((queue) => (queue === undefined ? [] : [queue.queue_name])),
    own: await findOwn(account, wanted.own, { namespaces, databases }),
  };
}

/** What a deploy could not do without. Pure. */
export function missingResources(wanted: Resources, found: FoundResources): readonly string[] {
  return [
    ...(wanted.kvNamespaceId === undefined ? ["the id of the KV namespace in tenant.config.json"] : []),
    ...(wanted.databaseId === undefined ? ["the id of the D1 database in tenant.config.json"] : []),
    ...(wanted.kvNamespaceId !== undefined && found.namespace === undefined
      ? [`KV namespace ${wanted.kvNamespaceId}`]
      : []),
    ...(wanted.databaseId !== undefined && found.database === undefined ? [`D1 database ${wanted.databaseId}`] : []),
    ...(found.index === undefined ? [`Vectorize index ${wanted.index.name}`] : []),
    ...(found.hasGateway ? [] : [`AI Gateway ${wanted.gatewayId}`]),
    ...wanted.queues.filter((name) => !found.queues.includes(name)).map((name) => `queue ${name}`),
    ...missingOwn(wanted.own, found.own),
  ];
}

function missingOwn(wanted: readonly OwnResource[], found: FoundOwn): readonly string[] {
  return wanted.flatMap((own) => {
    if (hasId(own) && own.id === undefined) return [`the id of the ${describeOwn(own)}, in tenant.config.json`];
    return found.has(own.binding) ? [] : [describeOwn(own)];
  });
}
