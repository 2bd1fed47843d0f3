import type { DatabaseSync } from "node:sqlite";

/** Records of one kind, by account and id. Lists keep the order in which the records were made. */
export class Collection<T> {
  readonly #database: DatabaseSync;
  readonly #kind: string;

  constructor(database: DatabaseSync, kind: string) {
    this.#database = database;
    this.#kind = kind;
  }

  get(account: string, id: string): T | undefined {
    const row = this.#database
      .prepare("SELECT value FROM records WHERE account = ? AND kind = ? AND id = ?")
      .get(account, this.#kind, id);
    return row === undefined ? undefined : (parse(row) as T);
  }

  list(account: string): T[] {
    return this.#database
      .prepare("SELECT value FROM records WHERE account = ? AND kind = ? ORDER BY position, id")
      .all(account, this.#kind)
      .map((row) => parse(row) as T);
  }

  /** Records of all accounts. */
  all(): { readonly account: string; readonly value: T }[] {
    return this.#database
      .prepare("SELECT account, value FROM records WHERE kind = ? ORDER BY position, account, id")
      .all(this.#kind)
      .map((row) => ({ account: String(row["account"]), value: parse(row) as T }));
  }

  put(account: string, id: string, value: T): T {
    this.#database
      .prepare(
        `INSERT INTO records (account, kind, id, value, position)
         VALUES (?1, ?2, ?3, ?4, (SELECT count(*) FROM records WHERE kind = ?2))
         ON CONFLICT (account, kind, id) DO UPDATE SET value = ?4`,
      )
      .run(account, this.#kind, id, JSON.stringify(value));
    return value;
  }

  delete(account: string, id: string): void {
    this.#database
      .prepare("DELETE FROM records WHERE account = ? AND kind = ? AND id = ?")
      .run(account, this.#kind, id);
  }
}

/** Only {@link Collection.put} writes these rows. */
function parse(row: Record<string, unknown>): unknown {
  return JSON.parse(String(row["value"]));
}
