import { CommandError } from "#tools/command/command-line";
import type { Account } from "../account/account.js";
import { ApiFailure } from "../account/api-client.js";
import { queryDatabase } from "../account/storage.js";
import type { Migration } from "../release/read-build.js";

/** The table in which wrangler, too, notes what it has applied (`wrangler d1 migrations apply`). */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** The migrations that a database has not seen, in their order. Nothing is changed. */
export async function pendingMigrations(
  account: Account,
  databaseId: string,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  const hasTable = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'd1_migrations'";
  const [tables = []] = await queryDatabase(account, databaseId, [{ sql: hasTable }]);
  if (tables.length === 0) return migrations;
  const [rows = []] = await queryDatabase(account, databaseId, [{ sql: "SELECT name FROM d1_migrations" }]);
  const done = new Set(rows.map(({ name }) => name));
  return migrations.filter(({ name }) => !done.has(name));
}

/**
 * Applies what is pending, one file after the other, and answers the names. A file and the note of it are one
 * transaction. When the answer to it is lost, the notes tell whether it was applied.
 *
 * @throws CommandError when SQLite refuses a file; the database is as it was before that file.
 */
export async function applyDatabaseMigrations(
  account: Account,
  databaseId: string,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const applied: string[] = [];
  await queryDatabase(account, databaseId, [{ sql: CREATE_TABLE }]);
  for (const migration of await pendingMigrations(account, databaseId, migrations)) {
    await applyOne(account, databaseId, migration);
    applied.push(migration.name);
  }
  return applied;
}

async function applyOne(account: Account, databaseId: string, { name, sql }: Migration): Promise<void> {
  const note = `INSERT INTO d1_migrations (name) VALUES ('${name.replaceAll("'", "''")}')`;
  try {
    // One text, as wrangler sends it: a batch takes single statements only.
    await queryDatabase(account, databaseId, [{ sql: `${sql.trimEnd().replace(/;?$/, ";")}\n${note};` }]);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    // The client makes a lost call again; the second time, the note is there and the tables are, too.
    const rest = await pendingMigrations(account, databaseId, [{ name, sql }]);
    if (rest.length === 0) return;
    if (error.status !== 400) throw error;
    throw new CommandError(`the migration ${name} failed; the database is as it was before it`, {
      why: error.reason,
      fix: "mend the SQL file, build again and run the command again",
    });
  }
}
