import type { ChatMessage } from "#ai-gateway/model-client";
import type { History } from "#chat/chat-request";
import { sessionIdSchema } from "#chat/chat-request";

/** Who made the session. Nobody else ever sees it. */
export interface SessionOwner {
  readonly sessionId: string;
  readonly principalId: string;
}

/** One message about to be stored. `tokenCount` is known for answers only. */
export interface NewMessage extends ChatMessage {
  readonly tokenCount?: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS session (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    session_id TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    token_count INTEGER,
    created_at_ms INTEGER NOT NULL
  );`;

/**
 * The rows of one session, in the SQLite database of its own Durable Object: one row for its owner, one per message.
 * A row holds a single message, so a session grows by rows and never nears the 2 MB limit of a value.
 */
export class SessionStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.createTables();
  }

  /** Needed again after the object's storage was deleted. */
  createTables(): void {
    this.#sql.exec(SCHEMA);
  }

  owner(): SessionOwner | undefined {
    const [row] = this.#sql
      .exec<{ session_id: string; principal_id: string }>("SELECT session_id, principal_id FROM session")
      .toArray();
    return row === undefined ? undefined : { sessionId: row.session_id, principalId: row.principal_id };
  }

  /** Binds a new session to its first principal. Does nothing for one that has an owner. */
  claim({ sessionId, principalId }: SessionOwner, nowMs: number): void {
    this.#sql.exec(
      "INSERT OR IGNORE INTO session VALUES (1, ?, ?, ?, ?)",
      sessionIdSchema.parse(sessionId),
      principalId,
      nowMs,
      nowMs,
    );
  }

  /** Adds the messages of one turn, all or none: statements without an await between them are one transaction. */
  append(messages: readonly NewMessage[], nowMs: number): void {
    for (const { role, content, tokenCount } of messages) {
      this.#sql.exec(
        "INSERT INTO messages (role, content, token_count, created_at_ms) VALUES (?, ?, ?, ?)",
        role,
        content,
        tokenCount ?? null,
        nowMs,
      );
    }
    this.#sql.exec("UPDATE session SET updated_at_ms = ?", nowMs);
  }

  /** The latest `count` messages, oldest first. */
  latest(count: number): ChatMessage[] {
    const rows = this.#sql.exec<MessageRow>("SELECT * FROM messages ORDER BY seq DESC LIMIT ?", count).toArray();
    return rows.reverse().map(({ role, content }) => ({ role, content }));
  }

  /** Messages after `cursor`, oldest first. */
  page(limit: number, cursor = 0): Pick<History, "messages" | "nextCursor"> {
    const rows = this.#sql
      .exec<MessageRow>("SELECT * FROM messages WHERE seq > ? ORDER BY seq LIMIT ?", cursor, limit + 1)
      .toArray();
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      messages: shown.map((row) => ({
        id: String(row.seq),
        role: row.role,
        content: row.content,
        createdAt: new Date(row.created_at_ms).toISOString(),
        ...(row.token_count === null ? {} : { tokenCount: row.token_count }),
      })),
      ...(rows.length > limit && last !== undefined ? { nextCursor: String(last.seq) } : {}),
    };
  }
}

interface MessageRow extends Record<string, SqlStorageValue> {
  seq: number;
  role: ChatMessage["role"];
  content: string;
  token_count: number | null;
  created_at_ms: number;
}
