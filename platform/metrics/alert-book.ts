/** A rule as it is stored, and how it stands. */
export interface StoredAlert extends Record<string, SqlStorageValue> {
  readonly id: string;
  /** JSON of the rule; null of a standard rule that was not changed. */
  readonly rule: string | null;
  /** Since when it fires, milliseconds since the epoch; 0 while it does not. */
  readonly sinceMs: number;
}

/** What the judging of a rule came to. */
export interface AlertChange {
  readonly id: string;
  readonly isFiring: boolean;
  /** JSON of what is told when that is new. */
  readonly notice: string;
}

/** What is to be told, until somebody has taken it. */
export interface AlertNotice extends Record<string, SqlStorageValue> {
  readonly seq: number;
  readonly body: string;
  /** How often it was handed out, this time included. */
  readonly attempts: number;
}

export const MAX_ALERTS = 100;
/** How often the delivery of a notice is tried: with pauses that double from one minute, for an hour. */
export const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 60_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS alerts (id TEXT PRIMARY KEY, rule TEXT, since_ms INTEGER DEFAULT 0);
  CREATE TABLE IF NOT EXISTS notices (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT, attempts INTEGER DEFAULT 0, next_ms INTEGER DEFAULT 0)`;

/** Alert rules and their notices in SQLite. A rule is told once when it begins to fire, and once when it ends. */
export class AlertBook {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
  }

  list(): StoredAlert[] {
    return this.#sql.exec<StoredAlert>("SELECT id, rule, since_ms sinceMs FROM alerts ORDER BY id").toArray();
  }

  set(id: string, rule: string | undefined): boolean {
    const written =
      rule === undefined
        ? this.#sql.exec("DELETE FROM alerts WHERE id = ?", id)
        : this.#sql.exec(
            `INSERT INTO alerts (id, rule) SELECT ?1, ?2
              WHERE (SELECT COUNT(*) FROM alerts) < ?3 OR EXISTS (SELECT 1 FROM alerts WHERE id = ?1)
              ON CONFLICT DO UPDATE SET rule = ?2`,
            id,
            rule,
            MAX_ALERTS,
          );
    return written.rowsWritten > 0;
  }

  judge(changes: readonly AlertChange[], nowMs: number): AlertNotice[] {
    for (const { id, isFiring, notice } of changes) {
      if (isFiring) this.#sql.exec("INSERT OR IGNORE INTO alerts (id) VALUES (?)", id);
      // What stands as it stood changes no row, and is not told again.
      const changed = this.#sql.exec(
        "UPDATE alerts SET since_ms = ?1 WHERE id = ?2 AND (since_ms > 0) <> (?1 > 0) RETURNING id",
        isFiring ? nowMs : 0,
        id,
      );
      if (changed.toArray().length > 0) this.#sql.exec("INSERT INTO notices (body) VALUES (?)", notice);
    }
    this.#sql.exec("DELETE FROM notices WHERE attempts >= ? AND next_ms <= ?", MAX_ATTEMPTS, nowMs);
    return this.#sql
      .exec<AlertNotice>(
        `UPDATE notices SET attempts = attempts + 1, next_ms = ?1 + (?2 << attempts)
          WHERE next_ms <= ?1 RETURNING seq, body, attempts`,
        nowMs,
        FIRST_PAUSE_MS,
      )
      .toArray();
  }

  forget(seqs: readonly number[]): void {
    for (const seq of seqs) this.#sql.exec("DELETE FROM notices WHERE seq = ?", seq);
  }
}
