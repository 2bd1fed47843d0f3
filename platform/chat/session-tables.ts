const SCHEMA = `
  CREATE TABLE IF NOT EXISTS session (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    tenant_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    max_age_ms INTEGER NOT NULL,
    max_messages INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    token_count INTEGER,
    created_at_ms INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS turn_events (
    first_index INTEGER PRIMARY KEY,
    -- JSON array of events.
    events TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS turns (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    turn INTEGER NOT NULL,
    -- JSON of the pending turn; NULL when it has ended.
    pending TEXT
  );
  CREATE TABLE IF NOT EXISTS tool_state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    has_read_stored_text INTEGER NOT NULL,
    -- JSON of the turn that waits for a person; NULL when there is none.
    paused TEXT
  );`;

/**
 * The tables of a session's object. They are made with the first row: an object that was only asked has none, and a new
 * session writes nothing before its model is called, which would have to wait for the write.
 */
export class SessionTables {
  readonly #sql: SqlStorage;
  #areMade: boolean;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const names = sql.exec("SELECT name FROM sqlite_master WHERE name IN ('turns', 'tool_state')").toArray().length;
    this.#areMade = names > 0;
    // A session of before there were tools. Tables are made in one transaction: these two stand for all.
    if (names === 1) sql.exec(SCHEMA);
  }

  /** Whether there is anything to read. */
  get areMade(): boolean {
    return this.#areMade;
  }

  /** To be called before a write. */
  make(): void {
    if (!this.#areMade) this.#sql.exec(SCHEMA);
    this.#areMade = true;
  }

  /** The object's storage was deleted. */
  forget(): void {
    this.#areMade = false;
  }
}
