import * as z from "#base/zod";

import type { ChatMessage } from "#ai-gateway/model-client";
import type { ChatEvent } from "#chat/chat-event";
import type { SessionTables } from "#chat/session-tables";
import type { PlacedEvent } from "#chat/turn-broadcast";

/** What a turn was asked, kept while it runs: what is needed to end it after the object was thrown out of memory. */
export interface PendingTurn {
  readonly turn: number;
  readonly traceId: string;
  readonly messages: readonly ChatMessage[];
}

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
  readonly #tables: SessionTables;
  #turn: number | undefined;
  /** JSON of the running turn; `undefined` when none runs. */
  #pending: string | undefined;
  /** Whether the row says what the two fields above do. */
  #isSaved = true;
  /** Whether there may be events besides the first batch. */
  #hasFurther: boolean;

  constructor(sql: SqlStorage, tables: SessionTables) {
    this.#sql = sql;
    this.#tables = tables;
    this.#hasFurther = tables.areMade;
    const [row] = tables.areMade ? sql.exec<TurnRow>("SELECT turn, pending FROM turns").toArray() : [];
    this.#turn = row?.turn;
    this.#pending = row?.pending ?? undefined;
  }

  /** Number of the running or last turn; `undefined` before the first. */
  get currentTurn(): number | undefined {
    return this.#turn;
  }

  /** Begins the next turn, in memory: `append` stores it. Returns its number. */
  begin(traceId: string, messages: readonly ChatMessage[]): number {
    this.#turn = (this.#turn ?? -1) + 1;
    this.#pending = JSON.stringify({ traceId, messages });
    this.#isSaved = false;
    return this.#turn;
  }

  /** Goes on with the current turn, which had ended. What is stored of it stays. */
  reopen(traceId: string, messages: readonly ChatMessage[]): void {
    this.#pending = JSON.stringify({ traceId, messages });
    this.#sql.exec("UPDATE turns SET pending = ?", this.#pending);
  }

  /** Stores a batch of events that follow each other. With the first one of a turn, those of the turn before are gone. */
  append(events: readonly PlacedEvent[]): void {
    this.#save();
    const [first] = events;
    if (first === undefined) return;
    this.#hasFurther ||= first.index > 1;
    const batch = JSON.stringify(events.map(({ event }) => event));
    this.#sql.exec("INSERT OR REPLACE INTO turn_events VALUES (?, ?)", first.index, batch);
  }

  /** Ends the current turn with its last events. */
  end(events: readonly PlacedEvent[]): void {
    this.#pending = undefined;
    if (this.#isSaved) this.#sql.exec("UPDATE turns SET pending = NULL");
    this.append(events);
  }

  /** The turn that was running when the object was thrown out of memory. To be asked before another begins. */
  interrupted(): PendingTurn | undefined {
    if (this.#turn === undefined || this.#pending === undefined) return undefined;
    return { turn: this.#turn, ...pendingSchema.parse(JSON.parse(this.#pending)) };
  }

  /** All stored events of the current turn, in order. */
  events(): PlacedEvent[] {
    if (!this.#tables.areMade) return [];
    const rows = this.#sql
      .exec<{ first_index: number; events: string }>("SELECT first_index, events FROM turn_events ORDER BY first_index")
      .toArray();
    return rows.flatMap(({ first_index, events }) =>
      (JSON.parse(events) as ChatEvent[]).map((event, offset) => ({ index: first_index + offset, event })),
    );
  }

  /** The object's storage was deleted. */
  forget(): void {
    this.#turn = this.#pending = undefined;
    this.#isSaved = true;
    this.#hasFurther = false;
  }

  #save(): void {
    if (this.#isSaved || this.#turn === undefined) return;
    this.#tables.make();
    // The row of the first batch is replaced by the new one's.
    if (this.#hasFurther) this.#sql.exec("DELETE FROM turn_events");
    this.#hasFurther = false;
    this.#sql.exec("INSERT OR REPLACE INTO turns VALUES (1, ?, ?)", this.#turn, this.#pending ?? null);
    this.#isSaved = true;
  }
}

interface TurnRow extends Record<string, SqlStorageValue> {
  turn: number;
  pending: string | null;
}
