import { decodePausedTurn, encodePausedTurn, type PausedTurn } from "#chat/paused-turn";
import type { SessionTables } from "#chat/session-tables";

/**
 * What a session keeps of its tools, in its own SQLite: whether stored text has ever come into it, and the turn that waits
 * for a person.
 */
export class ToolState {
  readonly #sql: SqlStorage;
  readonly #tables: SessionTables;
  #hasReadStoredText = false;
  /** As the row holds it. */
  #paused: string | undefined;

  constructor(sql: SqlStorage, tables: SessionTables) {
    this.#sql = sql;
    this.#tables = tables;
    if (!tables.hasToolState) return;
    const [row] = sql.exec<ToolStateRow>("SELECT has_read_stored_text, paused FROM tool_state").toArray();
    this.#hasReadStoredText = row?.has_read_stored_text === 1;
    this.#paused = row?.paused ?? undefined;
  }

  /** Whether a model of this session has read text of documents or of tools, which anybody may have written. */
  get hasReadStoredText(): boolean {
    return this.#hasReadStoredText;
  }

  /** From now on every answer of the session may repeat what it has read. */
  noteStoredText(): void {
    if (this.#hasReadStoredText) return;
    this.#hasReadStoredText = true;
    this.#save();
  }

  get paused(): PausedTurn | undefined {
    return this.#paused === undefined ? undefined : decodePausedTurn(this.#paused);
  }

  /** Keeps a turn that waits, or forgets it. Errors: `tool_failed` for one that is too large. */
  setPaused(paused: PausedTurn | undefined): void {
    if (paused === undefined && this.#paused === undefined) return;
    this.#paused = paused && encodePausedTurn(paused);
    this.#save();
  }

  /** The object's storage was deleted. */
  forget(): void {
    this.#hasReadStoredText = false;
    this.#paused = undefined;
  }

  #save(): void {
    this.#tables.makeToolState();
    this.#sql.exec(
      "INSERT OR REPLACE INTO tool_state VALUES (1, ?, ?)",
      this.#hasReadStoredText ? 1 : 0,
      this.#paused ?? null,
    );
  }
}

interface ToolStateRow extends Record<string, SqlStorageValue> {
  has_read_stored_text: number;
  paused: string | null;
}
