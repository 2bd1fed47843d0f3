import { defect } from "#base/errors";
import type { KeyRecord, RecordState } from "#idempotency/claim";

/** An answer as it is kept and replayed: the same status, headers and bytes. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Bytes per row: the limit of a row is 2 MB (developers.cloudflare.com/durable-objects/platform/limits). */
const ROW_BYTES = 1024 * 1024;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS record (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    request_digest TEXT NOT NULL,
    state TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    claimed_until_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    status INTEGER,
    headers TEXT
  );
  CREATE TABLE IF NOT EXISTS body (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL);`;

interface RecordRow extends Record<string, SqlStorageValue> {
  request_digest: string;
  state: RecordState;
  claim_id: string;
  claimed_until_ms: number;
  expires_at_ms: number;
  status: number | null;
  headers: string | null;
}

/** What one key's Durable Object holds in its SQLite database. Calls without an await between them are one transaction. */
export class RecordStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.createTables();
  }

  /** Needed again after the object's storage was deleted. */
  createTables(): void {
    this.#sql.exec(SCHEMA);
  }

  read(): KeyRecord | undefined {
    const row = this.#row();
    return row === undefined
      ? undefined
      : {
          requestDigest: row.request_digest,
          state: row.state,
          claimId: row.claim_id,
          claimedUntilMs: row.claimed_until_ms,
          expiresAtMs: row.expires_at_ms,
        };
  }

  /** Notes a claim in place of whatever was there. */
  claim({ requestDigest, state, claimId, claimedUntilMs, expiresAtMs }: KeyRecord): void {
    this.#sql.exec("DELETE FROM body");
    this.#sql.exec(
      "INSERT OR REPLACE INTO record VALUES (1, ?, ?, ?, ?, ?, NULL, NULL)",
      requestDigest,
      state,
      claimId,
      claimedUntilMs,
      expiresAtMs,
    );
  }

  renew(claimedUntilMs: number): void {
    this.#sql.exec("UPDATE record SET claimed_until_ms = ?", claimedUntilMs);
  }

  keep({ status, headers, body }: KeptAnswer): void {
    this.#sql.exec("UPDATE record SET state = 'answered', status = ?, headers = ?", status, JSON.stringify(headers));
    for (let start = 0; start < body.byteLength; start += ROW_BYTES)
      this.#sql.exec("INSERT INTO body (bytes) VALUES (?)", body.slice(start, start + ROW_BYTES));
  }

  noteTooLarge(): void {
    this.#sql.exec("UPDATE record SET state = 'too_large'");
  }

  /** The kept answer. Throws when there is none: ask `read` first. */
  answer(): KeptAnswer {
    const row = this.#row();
    if (row?.status == null || row.headers === null) throw defect("no answer is kept here");
    return { status: row.status, headers: parseHeaders(row.headers), body: this.#body() };
  }

  #row(): RecordRow | undefined {
    return this.#sql.exec<RecordRow>("SELECT * FROM record").toArray()[0];
  }

  #body(): Uint8Array {
    const rows = this.#sql.exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM body ORDER BY seq").toArray();
    const body = new Uint8Array(rows.reduce((size, { bytes }) => size + bytes.byteLength, 0));
    let offset = 0;
    for (const { bytes } of rows) {
      body.set(new Uint8Array(bytes), offset);
      offset += bytes.byteLength;
    }
    return body;
  }
}

function parseHeaders(json: string): KeptAnswer["headers"] {
  return JSON.parse(json) as KeptAnswer["headers"];
}
