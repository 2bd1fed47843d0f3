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
    -- Goes on from the greatest: messages go from the old end only, and with the last of them the session itself.
    seq INTEGER PRIMARY KEY,
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
  );`;

const TOOL_STATE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS tool_state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    has_read_stored_text INTEGER NOT NULL,
    -- JSON of the turn that waits for a person; NULL when there is none.
    paused TEXT
  );`;

/**
 * The tables of a session's object. They are made with the first row: an object that was only asked has none, and a new
 * session writes nothing before its model is called, which would have to wait for the write. Most sessions use no tools:
 * theirs is made by itself.
 */
export class SessionTables {
  readonly #sql: SqlStorage;
  #areMade: boolean;
  #hasToolState: boolean;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const found = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name IN ('turns', 'tool_state')");
    const names = new Set(found.toArray().map(({ name }) => name));
    // The tables of the first schema are made in one transaction: this one stands for all.
    this.#areMade = names.has("turns");
    this.#hasToolState = names.has("tool_state");
  }

  /** Whether there is anything to read, besides the state of tools. */
  get areMade(): boolean {
    return this.#areMade;
  }

  get hasToolState(): boolean {
    return this.#hasToolState;
  }

  /** To be called before a write. */
  make(): void {
    if (!this.#areMade) this.#sql.exec(SCHEMA);
    this.#areMade = true;
  }

  /** To be called before a write of the state of tools. */
  makeToolState(): void {
    if (!this.#hasToolState) this.#sql.exec(TOOL_STATE_SCHEMA);
    this.#hasToolState = true;
  }

  /** The object's storage was deleted. */
  forget(): void {
    this.#areMade = this.#hasToolState = false;
  }
}
