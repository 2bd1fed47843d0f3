import { type Account } from "../account/account.js";
import { ensureDatabase, findDatabase, queryDatabase, type Statement } from "../account/storage.js";
import { type ReleaseRecord, releaseRecordSchema } from "./release-record.js";

/** The D1 database of an account in which the releases of all its tenants are kept. No tenant's Worker is bound to it. */
export const RELEASES_DATABASE = "platform-releases";

/** Records of one Worker that are read: more than can be rolled back to. */
const MAX_RECORDS = 50;

const SCHEMA: readonly Statement[] = [
  {
    sql: `CREATE TABLE IF NOT EXISTS releases (
      version_id TEXT PRIMARY KEY, worker TEXT NOT NULL, deployed_at TEXT NOT NULL, record TEXT NOT NULL)`,
  },
  { sql: "CREATE INDEX IF NOT EXISTS releases_by_worker ON releases (worker, deployed_at)" },
  {
    sql: `CREATE TABLE IF NOT EXISTS leases (
      worker TEXT PRIMARY KEY, holder TEXT NOT NULL, purpose TEXT NOT NULL, expires_at INTEGER NOT NULL)`,
  },
];

/** The releases of an account: records, and who is changing what. */
export class ReleaseStore {
  readonly #account: Account;
  readonly #databaseId: string;

  constructor(account: Account, databaseId: string) {
    this.#account = account;
    this.#databaseId = databaseId;
  }

  /** Records of one Worker, newest first. */
  async read(worker: string): Promise<readonly ReleaseRecord[]> {
    const sql = `SELECT record FROM releases WHERE worker = ?1 ORDER BY deployed_at DESC LIMIT ${MAX_RECORDS}`;
    const [rows = []] = await this.query([{ sql, params: [worker] }]);
    return rows.flatMap(parseRecord);
  }

  /** The newest live record of every Worker of the account. */
  async readLive(): Promise<ReadonlyMap<string, ReleaseRecord>> {
    const sql = `SELECT record, max(deployed_at) FROM releases
      WHERE json_extract(record, '$.status') = 'live' GROUP BY worker`;
    const [rows = []] = await this.query([{ sql }]);
    return new Map(rows.flatMap(parseRecord).map((record) => [record.worker, record]));
  }

  /** Writes records; one that is there is replaced. */
  async write(...records: readonly ReleaseRecord[]): Promise<void> {
    const sql = `INSERT INTO releases (version_id, worker, deployed_at, record) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (version_id) DO UPDATE SET deployed_at = ?3, record = ?4`;
    await this.query(
      records.map((record) => ({
        sql,
        params: [record.versionId, record.worker, record.deployedAt, JSON.stringify(record)],
      })),
    );
  }

  async forget(worker: string): Promise<void> {
    await this.query([{ sql: "DELETE FROM releases WHERE worker = ?1", params: [worker] }]);
  }

  query(statements: readonly Statement[]): Promise<readonly (readonly Record<string, unknown>[])[]> {
    return queryDatabase(this.#account, this.#databaseId, statements);
  }
}

/**
 * The store of an account; absent until something was provisioned in it. A database without its last table is one whose
 * maker was killed: it counts as absent, so that the next run completes it.
 */
export async function openReleaseStore(account: Account): Promise<ReleaseStore | undefined> {
  const database = await findDatabase(account, RELEASES_DATABASE);
  if (database === undefined) return undefined;
  const store = new ReleaseStore(account, database.uuid);
  const [tables = []] = await store.query([{ sql: "SELECT name FROM sqlite_master WHERE name = 'leases'" }]);
  return tables.length === 0 ? undefined : store;
}

/** The store of an account, made if it is missing. */
export async function ensureReleaseStore(account: Account): Promise<ReleaseStore> {
  const store = new ReleaseStore(account, await ensureDatabase(account, RELEASES_DATABASE));
  await store.query(SCHEMA);
  return store;
}

/** A record that an older or newer version of this program wrote and that does not parse is left out. */
function parseRecord({ record }: Record<string, unknown>): ReleaseRecord[] {
  const parsed = releaseRecordSchema.safeParse(JSON.parse(String(record)));
  return parsed.success ? [parsed.data] : [];
}
