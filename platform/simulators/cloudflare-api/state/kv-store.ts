import { Buffer } from "node:buffer";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

/** A value with what was stored beside it. */
export interface KvEntry {
  readonly value: Buffer;
  /** JSON text. */
  readonly metadata: string | undefined;
  /** Seconds since the epoch. */
  readonly expiration: number | undefined;
}

export type KvKey = { readonly name: string } & Pick<KvEntry, "metadata" | "expiration">;

export interface KvPage {
  readonly keys: readonly KvKey[];
  /** Where the next page starts; absent: there is none. */
  readonly cursor: string | undefined;
}

/** Values of all KV namespaces. What has expired is gone. */
export class KvStore {
  readonly #database: DatabaseSync;
  readonly #nowMs: () => number;

  constructor(database: DatabaseSync, nowMs: () => number) {
    this.#database = database;
    this.#nowMs = nowMs;
  }

  get(namespace: string, key: string): KvEntry | undefined {
    const row = this.#database
      .prepare(
        `SELECT value, metadata, expires_at FROM kv_values
         WHERE namespace = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)`,
      )
      .get(namespace, key, this.#nowSeconds());
    return row === undefined ? undefined : { value: Buffer.from(row["value"] as Uint8Array), ...extras(row) };
  }

  put(namespace: string, key: string, { value, metadata, expiration }: KvEntry): void {
    this.#database
      .prepare(
        `INSERT INTO kv_values (namespace, key, value, metadata, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (namespace, key) DO UPDATE SET value = ?3, metadata = ?4, expires_at = ?5`,
      )
      .run(namespace, key, value, metadata ?? null, expiration ?? null);
  }

  delete(namespace: string, key: string): void {
    this.#database.prepare("DELETE FROM kv_values WHERE namespace = ? AND key = ?").run(namespace, key);
  }

  deleteNamespace(namespace: string): void {
    this.#database.prepare("DELETE FROM kv_values WHERE namespace = ?").run(namespace);
  }

  /** Keys in the order of their UTF-8 bytes. */
  list(namespace: string, prefix: string, limit: number, cursor: string | undefined): KvPage {
    const rows = this.#database
      .prepare(
        `SELECT key, metadata, expires_at FROM kv_values
         WHERE namespace = ?1 AND substr(key, 1, length(?2)) = ?2 AND key > ?3
           AND (expires_at IS NULL OR expires_at > ?4)
         ORDER BY key LIMIT ?5`,
      )
      .all(namespace, prefix, decodeCursor(cursor), this.#nowSeconds(), limit + 1);
    const keys = rows.slice(0, limit).map((row) => ({ name: String(row["key"]), ...extras(row) }));
    const last = keys.at(-1);
    return { keys, cursor: rows.length > limit && last !== undefined ? encodeCursor(last.name) : undefined };
  }

  #nowSeconds(): number {
    return Math.floor(this.#nowMs() / 1_000);
  }
}

function extras(row: Record<string, SQLOutputValue>): Pick<KvEntry, "metadata" | "expiration"> {
  const { metadata, expires_at: expiresAt } = row;
  return {
    metadata: typeof metadata === "string" ? metadata : undefined,
    expiration: typeof expiresAt === "number" ? expiresAt : undefined,
  };
}

function encodeCursor(key: string): string {
  return Buffer.from(key).toString("base64url");
}

function decodeCursor(cursor: string | undefined): string {
  return cursor === undefined ? "" : Buffer.from(cursor, "base64url").toString();
}
