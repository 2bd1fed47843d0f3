import type { ChatMessage } from "#ai-gateway/model-client";
import type { History } from "#chat/chat-request";
import type { SessionSummary } from "#storage/session-index";

/** Who made the session. Nobody else ever sees it. */
export interface SessionOwner {
  readonly sessionId: string;
  readonly principalId: string;
}

/** How much of a session is kept. */
export interface Retention {
  readonly maxAgeMs: number;
  readonly maxMessages: number;
}

/** What a session knows of itself. */
export interface SessionRecord extends SessionOwner {
  /** As text: the object that reads it looks the tenant up. */
  readonly tenantId: string;
  readonly retention: Retention;
}

/** One message about to be stored. `tokenCount` is known for answers only. */
export interface NewMessage extends ChatMessage {
  readonly tokenCount?: number;
}

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
  );`;

/**
 * The rows of one session, in the SQLite database of its own Durable Object: one row for the session, one per message.
 * A row holds a single message, so a session grows by rows and never nears the 2 MB limit of a value.
 * Calls are synchronous; those made without an await between them are one transaction.
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

  read(): SessionRecord | undefined {
    const [row] = this.#sql.exec<SessionRow>("SELECT * FROM session").toArray();
    return row === undefined
      ? undefined
      : {
          tenantId: row.tenant_id,
          sessionId: row.session_id,
          principalId: row.principal_id,
          retention: { maxAgeMs: row.max_age_ms, maxMessages: row.max_messages },
        };
  }

  /** Binds a new session to its first principal; for one that has an owner, only brings the retention up to date. */
  claim({ tenantId, sessionId, principalId, retention }: SessionRecord, nowMs: number): void {
    this.#sql.exec(
      `INSERT INTO session VALUES (1, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (only_row) DO UPDATE SET max_age_ms = excluded.max_age_ms, max_messages = excluded.max_messages`,
      tenantId,
      sessionId,
      principalId,
      retention.maxAgeMs,
      retention.maxMessages,
      nowMs,
      nowMs,
    );
  }

  /** Adds the messages of one turn and removes what is too many. */
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
    this.#sql.exec(
      "DELETE FROM messages WHERE seq <= (SELECT MAX(seq) FROM messages) - (SELECT max_messages FROM session)",
    );
  }

  /** Removes messages from before `beforeMs`. Returns when the oldest one left was stored; undefined when none is left. */
  removeOlderThan(beforeMs: number): number | undefined {
    this.#sql.exec("DELETE FROM messages WHERE created_at_ms < ?", beforeMs);
    return this.oldestMs();
  }

  /** When the oldest message was stored. */
  oldestMs(): number | undefined {
    const [row] = this.#sql
      .exec<{ created_at_ms: number }>("SELECT created_at_ms FROM messages ORDER BY seq LIMIT 1")
      .toArray();
    return row?.created_at_ms;
  }

  /** The session's line in its principal's list. */
  summary(): SessionSummary | undefined {
    const [row] = this.#sql
      .exec<SessionRow & { message_count: number }>(
        // Messages go from the old end only, so their numbers have no gaps; counting would read every row.
        `SELECT *, IFNULL((SELECT MAX(seq) FROM messages) - (SELECT MIN(seq) FROM messages) + 1, 0) AS message_count
         FROM session`,
      )
      .toArray();
    return row === undefined
      ? undefined
      : {
          sessionId: row.session_id,
          messageCount: row.message_count,
          createdAtMs: row.created_at_ms,
          updatedAtMs: row.updated_at_ms,
        };
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

interface SessionRow extends Record<string, SqlStorageValue> {
  tenant_id: string;
  session_id: string;
  principal_id: string;
  max_age_ms: number;
  max_messages: number;
  created_at_ms: number;
  updated_at_ms: number;
}

interface MessageRow extends Record<string, SqlStorageValue> {
  seq: number;
  role: ChatMessage["role"];
  content: string;
  token_count: number | null;
  created_at_ms: number;
}
