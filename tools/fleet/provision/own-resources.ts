import { ownResourceName } from "#tenancy/own-bindings";
import type { Account } from "../account/account.js";
import { deleteIndex, ensureIndex, type IndexShape, readIndex } from "../account/ai-resources.js";
import { deleteBucket, ensureBucket, readBucket } from "../account/buckets.js";
import {
  deleteDatabase,
  deleteNamespace,
  ensureDatabase,
  ensureNamespace,
  type RemoteDatabase,
  type RemoteNamespace,
} from "../account/storage.js";
import type { RenderedConfig } from "../state/desired-state.js";

/** What is behind a binding that only this tenant has. Queues are among `Resources.queues`, datasets make themselves. */
export interface OwnResource {
  readonly kind: "kv" | "d1" | "r2" | "vectorize";
  /** Name of the binding, which is unique in a Worker. */
  readonly binding: string;
  /** Name in the account. */
  readonly name: string;
  /** As the config names it; absent until it was provisioned, and for what has no id but its name. */
  readonly id: string | undefined;
}

/** Bindings of the platform itself. */
const PLATFORM: ReadonlySet<string> = new Set(["KV", "DB", "VECTORS"]);

const KINDS: Readonly<Record<OwnResource["kind"], string>> = {
  kv: "KV namespace",
  d1: "D1 database",
  r2: "R2 bucket",
  vectorize: "Vectorize index",
};

/** The resources behind a tenant's own bindings. Pure. */
export function ownResourcesOf(rendered: RenderedConfig): readonly OwnResource[] {
  const all: readonly OwnResource[] = [
    ...rendered.kv_namespaces.map(({ binding, id }): OwnResource => {
      return { kind: "kv", binding, name: ownResourceName(rendered.name, binding), id };
    }),
    ...rendered.d1_databases.map(({ binding, database_name: name, database_id: id }): OwnResource => {
      return { kind: "d1", binding, name, id };
    }),
    ...rendered.r2_buckets.map(({ binding, bucket_name: name }): OwnResource => {
      return { kind: "r2", binding, name, id: undefined };
    }),
    ...rendered.vectorize.map(({ binding, index_name: name }): OwnResource => {
      return { kind: "vectorize", binding, name, id: undefined };
    }),
  ];
  return all.filter(({ binding }) => !PLATFORM.has(binding));
}

/** Whether the account gives a resource an id, which the config must name. */
export function hasId({ kind }: OwnResource): boolean {
  return kind === "kv" || kind === "d1";
}

/** `R2 bucket acme-staging-uploads, of the binding UPLOADS` */
export function describeOwn({ kind, name, binding }: OwnResource): string {
  return `${KINDS[kind]} ${name}, of the binding ${binding}`;
}

/** Ids of what is there by the name of its binding; of what has no id, its name. */
export type FoundOwn = ReadonlyMap<string, string>;

/** What the account has of them: by the config's id, else by name. */
export async function findOwn(
  account: Account,
  wanted: readonly OwnResource[],
  listed: { readonly namespaces: readonly RemoteNamespace[]; readonly databases: readonly RemoteDatabase[] },
): Promise<FoundOwn> {
  const pairs = await Promise.all(
    wanted.map(async (own): Promise<readonly (readonly [string, string])[]> => {
      const id = await findId(account, own, listed);
      return id === undefined ? [] : [[own.binding, id]];
    }),
  );
  return new Map(pairs.flat());
}

async function findId(
  account: Account,
  { kind, name, id }: OwnResource,
  { namespaces, databases }: Parameters<typeof findOwn>[2],
): Promise<string | undefined> {
  switch (kind) {
    case "kv":
      return namespaces.find((found) => (id === undefined ? found.title === name : found.id === id))?.id;
    case "d1":
      return databases.find((found) => (id === undefined ? found.name === name : found.uuid === id))?.uuid;
    case "r2":
      return (await readBucket(account, name))?.name;
    case "vectorize":
      return (await readIndex(account, name))?.name;
  }
}

/** Makes a resource, unless it is there by its name. An index has the shape of the tenant's embeddings. Answers its id. */
export async function ensureOwn(account: Account, { kind, name }: OwnResource, shape: IndexShape): Promise<string> {
  switch (kind) {
    case "kv":
      return ensureNamespace(account, name);
    case "d1":
      return ensureDatabase(account, name);
    case "r2":
      await ensureBucket(account, name);
      return name;
    case "vectorize":
      await ensureIndex(account, name, shape);
      return name;
  }
}

/** Removes a resource with its data, by its id. */
export function deleteOwn(account: Account, { kind }: OwnResource, id: string): Promise<void> {
  switch (kind) {
    case "kv":
      return deleteNamespace(account, id);
    case "d1":
      return deleteDatabase(account, id);
    case "r2":
      return deleteBucket(account, id);
    case "vectorize":
      return deleteIndex(account, id);
  }
}
