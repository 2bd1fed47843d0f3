import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { D1Database } from "@cloudflare/workers-types";

import { CommandError } from "#tools/command/command-line";

/** One SQL file of the migrations folder. */
export interface Migration {
  /** File name: `0001_documents.sql`. Migrations run in the order of their names. */
  readonly name: string;
  readonly sql: string;
}

/** What migrations need of a D1 binding. */
type Database = Pick<D1Database, "prepare" | "batch">;

/** The table in which wrangler, too, notes what it has applied (`wrangler d1 migrations apply`). */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Reads the `*.sql` files of a folder, in the order in which they apply. */
export function readMigrations(folder: string): Migration[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
    return names.toSorted().map((name) => ({ name, sql: readFileSync(path.join(folder, name), "utf8") }));
  } catch (error) {
    throw new CommandError(`cannot read the migrations in ${folder}`, {
      why: error instanceof Error ? error.message : String(error),
      fix: "give --migrations the folder that holds the .sql files",
    });
  }
}

/**
 * Brings a database up to date and answers the names of what was applied. Running it twice changes nothing.
 * A migration and the note of it are one batch: after a failure the database is as it was before that migration.
 */
export async function applyMigrations(database: Database, migrations: readonly Migration[]): Promise<string[]> {
  await database.prepare(CREATE_TABLE).run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const done = new Set(results.map((row) => row.name));
  const pending = migrations.filter(({ name }) => !done.has(name));
  for (const { name, sql } of pending) {
    const note = database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
    try {
      await database.batch([database.prepare(sql), note]);
    } catch (error) {
      throw new CommandError(`the migration ${name} failed; the database is as it was before it`, {
        why: error instanceof Error ? error.message : String(error),
        fix: "mend the SQL file; if the data folder is from an older version of the platform, remove it",
      });
    }
  }
  return pending.map(({ name }) => name);
}
