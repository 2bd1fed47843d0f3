import { mkdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * What the accounts hold, in one SQLite file: every call is done once its answer is out, so a process that is killed
 * loses nothing.
 */
export function openStateDatabase(dataDir: string): DatabaseSync {
  mkdirSync(dataDir, { recursive: true });
  const database = new DatabaseSync(path.join(dataDir, "cloudflare.sqlite"));
  // The operating system keeps what was written when this process dies; a power cut is no concern of a simulator.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;");
  database.exec(`
    CREATE TABLE IF NOT EXISTS records (
      account TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
      position INTEGER NOT NULL, PRIMARY KEY (account, kind, id)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS blobs (digest TEXT PRIMARY KEY, content BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS kv_values (
      namespace TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, metadata TEXT, expires_at INTEGER,
      PRIMARY KEY (namespace, key)) WITHOUT ROWID;
  `);
  return database;
}
