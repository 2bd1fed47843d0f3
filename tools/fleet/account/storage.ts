import * as z from "#base/zod";

import { type Account, accountPath, orAbsent, orExists } from "./account.js";

const namespaceSchema = z.looseObject({ id: z.string(), title: z.string() });
export type RemoteNamespace = z.output<typeof namespaceSchema>;

const databaseSchema = z.looseObject({ uuid: z.string(), name: z.string() });
export type RemoteDatabase = z.output<typeof databaseSchema>;

const resultSchema = z.looseObject({ results: z._default(z.array(z.record(z.string(), z.unknown())), []) });

/** Codes that say that a KV namespace or a D1 database of that name exists. */
const NAMESPACE_EXISTS = 10_014;
const DATABASE_EXISTS = 7_502;

/** A statement and its parameters. */
export interface Statement {
  readonly sql: string;
  readonly params?: readonly (string | number | null)[];
}

export function listNamespaces(account: Account): Promise<RemoteNamespace[]> {
  return account.client.list(accountPath(account, "storage", "kv", "namespaces"), namespaceSchema);
}

/** Makes a KV namespace, unless there is one with that title. Answers its id. */
export async function ensureNamespace(account: Account, title: string): Promise<string> {
  const path = accountPath(account, "storage", "kv", "namespaces");
  await orExists(account.client.call("POST", path, z.unknown(), { title }), [NAMESPACE_EXISTS]);
  const found = (await listNamespaces(account)).find((namespace) => namespace.title === title);
  if (found === undefined) throw new Error(`the KV namespace ${title} was made and is not listed`);
  return found.id;
}

/** Writes a value that goes away by itself after `ttlSeconds` (at least 60). */
export async function putValue(
  account: Account,
  namespaceId: string,
  key: string,
  value: string,
  ttlSeconds: number,
): Promise<void> {
  const path = accountPath(account, "storage", "kv", "namespaces", namespaceId, "values");
  const target = `${path}/${encodeURIComponent(key)}?expiration_ttl=${ttlSeconds}`;
  await account.client.call("PUT", target, z.unknown(), { contentType: "text/plain", text: value });
}

export async function deleteValue(account: Account, namespaceId: string, key: string): Promise<void> {
  const path = accountPath(account, "storage", "kv", "namespaces", namespaceId, "values");
  await orAbsent(account.client.call("DELETE", `${path}/${encodeURIComponent(key)}`, z.unknown()));
}

export async function deleteNamespace(account: Account, id: string): Promise<void> {
  await orAbsent(account.client.call("DELETE", accountPath(account, "storage", "kv", "namespaces", id), z.unknown()));
}

export async function findDatabase(account: Account, name: string): Promise<RemoteDatabase | undefined> {
  const path = `${accountPath(account, "d1", "database")}?name=${encodeURIComponent(name)}`;
  return (await account.client.list(path, databaseSchema)).find((database) => database.name === name);
}

export function listDatabases(account: Account): Promise<RemoteDatabase[]> {
  return account.client.list(accountPath(account, "d1", "database"), databaseSchema);
}

/** Makes a D1 database, unless there is one of that name. Answers its id. */
export async function ensureDatabase(account: Account, name: string): Promise<string> {
  const path = accountPath(account, "d1", "database");
  await orExists(account.client.call("POST", path, z.unknown(), { name }), [DATABASE_EXISTS]);
  const found = await findDatabase(account, name);
  if (found === undefined) throw new Error(`the D1 database ${name} was made and is not listed`);
  return found.uuid;
}

/**
 * Runs statements as one transaction and answers the rows of each. A call whose answer is lost is made again, so the
 * statements must give the same outcome when they run twice.
 */
export async function queryDatabase(
  account: Account,
  databaseId: string,
  statements: readonly Statement[],
): Promise<readonly (readonly Record<string, unknown>[])[]> {
  const path = accountPath(account, "d1", "database", databaseId, "query");
  const [only] = statements;
  const body = statements.length === 1 && only !== undefined ? only : { batch: statements };
  const answer = await account.client.call("POST", path, z.array(resultSchema), body);
  return answer.map(({ results }) => results);
}

export async function deleteDatabase(account: Account, id: string): Promise<void> {
  await orAbsent(account.client.call("DELETE", accountPath(account, "d1", "database", id), z.unknown()));
}
