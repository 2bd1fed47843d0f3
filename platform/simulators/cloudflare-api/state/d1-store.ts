import { mkdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/** A statement with its parameters. A list of numbers stands for bytes, as in D1's protocol. */
export interface D1Query {
  readonly sql: string;
  readonly params?: readonly unknown[];
}

export interface D1Result {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly meta: {
    readonly served_by: string;
    readonly duration: number;
    readonly changes: number;
    readonly last_row_id: number;
    readonly changed_db: boolean;
    readonly size_after: number;
    readonly rows_read: number;
    readonly rows_written: number;
  };
}

/** The databases of all accounts: one SQLite file each. */
export class D1Store {
  readonly #folder: string;
  readonly #open = new Map<string, DatabaseSync>();

  constructor(dataDir: string) {
    this.#folder = path.join(dataDir, "d1");
    mkdirSync(this.#folder, { recursive: true });
  }

  /**
   * Runs queries as one transaction: all or nothing, as D1's batches. A text may hold several statements; each gets a
   * result of its own.
   *
   * @throws Error with SQLite's message
   */
  run(id: string, queries: readonly D1Query[]): D1Result[] {
    const database = this.#database(id);
    database.exec("BEGIN IMMEDIATE");
    try {
      const results = queries.flatMap((query) => this.#runStatements(database, id, query));
      if (results.length === 0) throw new Error("No SQL statements detected.");
      database.exec("COMMIT");
      return results;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  }

  sizeBytes(id: string): number {
    return statSync(this.#file(id), { throwIfNoEntry: false })?.size ?? 0;
  }

  delete(id: string): void {
    this.#open.get(id)?.close();
    this.#open.delete(id);
    rmSync(this.#file(id), { force: true });
  }

  close(): void {
    for (const database of this.#open.values()) database.close();
    this.#open.clear();
  }

  #runStatements(database: DatabaseSync, id: string, { sql, params = [] }: D1Query): D1Result[] {
    const results: D1Result[] = [];
    let rest = sql;
    while (!isBlank(rest)) {
      const statement = database.prepare(rest);
      results.push(this.#runStatement(database, id, statement, params));
      // SQLite takes the first statement only, and says how far that reaches.
      rest = rest.slice(statement.sourceSQL.length);
    }
    return results;
  }

  #runStatement(database: DatabaseSync, id: string, statement: StatementSync, params: readonly unknown[]): D1Result {
    const startedMs = performance.now();
    const before = totalChanges(database);
    statement.setReturnArrays(true);
    const rows = statement.all(...params.map(toSqlite)) as unknown as readonly unknown[][];
    const changes = totalChanges(database) - before;
    return {
      columns: statement.columns().map(({ name }) => name),
      rows: rows.map((row) => row.map(fromSqlite)),
      meta: {
        served_by: "cloudflare-api-simulator",
        duration: performance.now() - startedMs,
        changes,
        last_row_id: Number(database.prepare("SELECT last_insert_rowid() AS id").get()?.["id"] ?? 0),
        changed_db: changes > 0,
        size_after: this.sizeBytes(id),
        rows_read: rows.length,
        rows_written: changes,
      },
    };
  }

  #database(id: string): DatabaseSync {
    let database = this.#open.get(id);
    if (database === undefined) {
      database = new DatabaseSync(this.#file(id));
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;");
      this.#open.set(id, database);
    }
    return database;
  }

  #file(id: string): string {
    return path.join(this.#folder, `${id}.sqlite`);
  }
}

/** A result's rows as objects, as `all()` answers them. */
export function rowsAsObjects({ columns, rows }: D1Result): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])));
}

function totalChanges(database: DatabaseSync): number {
  return Number(database.prepare("SELECT total_changes() AS n").get()?.["n"] ?? 0);
}

function isBlank(sql: string): boolean {
  return sql.replaceAll(/--[^\n]*(\n|$)|\/\*[^]*?\*\/|[\s;]/g, "") === "";
}

function toSqlite(value: unknown): SQLInputValue {
  if (Array.isArray(value)) return Uint8Array.from(value as number[]);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  throw new Error(`Type '${typeof value}' not supported as a parameter`);
}

function fromSqlite(value: unknown): unknown {
  return value instanceof Uint8Array ? [...value] : value;
}
