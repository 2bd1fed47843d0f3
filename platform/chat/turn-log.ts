import * as z from "zod";

import type { ChatMessage } from "#ai-gateway/model-client";
import type { ChatEvent } from "#chat/chat-event";
import type { PlacedEvent } from "#chat/turn-broadcast";

/** What a turn was asked, kept while it runs: what is needed to end it after the object was thrown out of memory. */
export interface PendingTurn {
  readonly turn: number;
  readonly traceId: string;
  readonly messages: readonly ChatMessage[];
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS turns (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    turn INTEGER NOT NULL,
    -- JSON of the pending turn; NULL when it has ended.
    pending TEXT
  );
  CREATE TABLE IF NOT EXISTS turn_events (
    first_index INTEGER PRIMARY KEY,
    -- JSON array of events.
    events TEXT NOT NULL
  );`;

const pendingSchema = z.object({
  traceId: z.string(),
  messages: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() })),
});

/**
 * The events of the running or last turn, in the session's SQLite, so that a client can come back to them after the
 * object was thrown out of memory. Events are written in batches: a row per batch, not per token.
 */
export class TurnLog {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.createTables();
  }

  /** Needed again after the object's storage was deleted. */
  createTables(): void {
    this.#sql.exec(SCHEMA);
  }

  /** Number of the running or last turn; `undefined` before the first. */
  currentTurn(): number | undefined {
    return this.#row()?.turn;
  }

  /** Begins the next turn: the events of the one before are gone. Returns its number. */
  begin(traceId: string, messages: readonly ChatMessage[]): number {
    const turn = (this.currentTurn() ?? -1) + 1;
    this.#sql.exec("DELETE FROM turn_events");
    this.#sql.exec("INSERT OR REPLACE INTO turns VALUES (1, ?, ?)", turn, JSON.stringify({ traceId, messages }));
    return turn;
  }

  /** Stores a batch of events that follow each other. */
  append(events: readonly PlacedEvent[]): void {
    const [first] = events;
    if (first === undefined) return;
    const batch = JSON.stringify(events.map(({ event }) => event));
    this.#sql.exec("INSERT OR REPLACE INTO turn_events VALUES (?, ?)", first.index, batch);
  }

  /** Marks the current turn as ended. */
  end(): void {
    this.#sql.exec("UPDATE turns SET pending = NULL");
  }

  /** The turn that was running when the object was thrown out of memory. */
  interrupted(): PendingTurn | undefined {
    const row = this.#row();
    if (row === undefined || row.pending === null) return undefined;
    return { turn: row.turn, ...pendingSchema.parse(JSON.parse(row.pending)) };
  }

  /** All stored events of the current turn, in order. */
  events(): PlacedEvent[] {
    const rows = this.#sql
      .exec<{ first_index: number; events: string }>("SELECT first_index, events FROM turn_events ORDER BY first_index")
      .toArray();
    return rows.flatMap(({ first_index, events }) =>
      (JSON.parse(events) as ChatEvent[]).map((event, offset) => ({ index: first_index + offset, event })),
    );
  }

  #row(): { turn: number; pending: string | null } | undefined {
    return this.#sql.exec<{ turn: number; pending: string | null }>("SELECT turn, pending FROM turns").toArray()[0];
  }
}
