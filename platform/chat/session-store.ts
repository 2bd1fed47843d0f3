import type { ChatMessage } from "#ai-gateway/model-client";
import type { History } from "#chat/chat-request";
import { RecentMessages } from "#chat/recent-messages";
import type { SessionTables } from "#chat/session-tables";
import type { SessionSummary } from "#storage/session-index";

/** A statement takes 100 values (developers.cloudflare.com/durable-objects/platform/limits), a row of messages needs four. */
const MAX_ROWS_PER_INSERT = 25;

/** Characters of a session's title. */
const MAX_TITLE = 80;

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

/**
 * The rows of one session, in the SQLite database of its own Durable Object: one row for the session, one per message.
 * A row holds a single message, so a session grows by rows and never nears the 2 MB limit of a value.
 * Calls are synchronous; those made without an await between them are one transaction.
 */
export class SessionStore {
  readonly #sql: SqlStorage;
  readonly #tables: SessionTables;
  /** As the row says, or as it will: a claim is stored with the first thing that its session holds. */
  #record: SessionRecord | undefined;
  #isSaved = true;
  #hasRow: boolean;
  /** No more messages than this are here. Counted when it may be too many: what an earlier life stored is not known before. */
  #atMost: number;
  readonly #recent = new RecentMessages();
  readonly #onCreate: (record: SessionRecord) => void;

  /** `onCreate` is told when a session is stored for the first time, in the same transaction. */
  constructor(sql: SqlStorage, tables: SessionTables, onCreate: (record: SessionRecord) => void) {
    this.#sql = sql;
    this.#tables = tables;
    this.#onCreate = onCreate;
    this.#record = tables.areMade ? this.#read() : undefined;
    this.#hasRow = this.#record !== undefined;
    this.#atMost = this.#hasRow ? Infinity : 0;
  }

  /** The session, if it was claimed. */
  get record(): SessionRecord | undefined {
    return this.#record;
  }

  /** Binds a new session to its first principal; for one that has an owner, only brings the retention up to date. */
  claim(record: SessionRecord): void {
    const { maxAgeMs, maxMessages } = record.retention;
    const known = this.#record;
    if (known?.retention.maxAgeMs === maxAgeMs && known.retention.maxMessages === maxMessages) return;
    const { tenantId, sessionId, principalId } = known ?? record;
    this.#record = { tenantId, sessionId, principalId, retention: { maxAgeMs, maxMessages } };
    this.#isSaved = false;
  }

  /** Takes back the claim of a session that was never stored. */
  unclaim(): void {
    if (this.#hasRow) return;
    this.#record = undefined;
    this.#isSaved = true;
  }

  /** Stores the claim, unless it is stored. */
  save(nowMs: number): void {
    if (this.#record === undefined || this.#isSaved) return;
    const { tenantId, sessionId, principalId, retention } = this.#record;
    this.#tables.make();
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
    if (!this.#hasRow) this.#onCreate(this.#record);
    this.#isSaved = this.#hasRow = true;
  }

  /** Adds the messages of one turn and removes what is too many. */
  append(messages: readonly NewMessage[], nowMs: number): void {
    const isNew = !this.#hasRow;
    this.save(nowMs);
    for (let first = 0; first < messages.length; first += MAX_ROWS_PER_INSERT)
      this.#insert(messages.slice(first, first + MAX_ROWS_PER_INSERT), nowMs);
    if (!isNew) this.#sql.exec("UPDATE session SET updated_at_ms = ?", nowMs);
    this.#recent.add(messages.map(({ role, content }) => ({ role, content })));
    this.#atMost += messages.length;
    if (this.#atMost <= (this.#record?.retention.maxMessages ?? 0)) return;
    this.#sql.exec(
      "DELETE FROM messages WHERE seq <= (SELECT MAX(seq) FROM messages) - (SELECT max_messages FROM session)",
    );
    this.#atMost = this.#record?.retention.maxMessages ?? 0;
  }

  #insert(messages: readonly NewMessage[], nowMs: number): void {
    const rows = messages.map(({ role, content, tokenCount }) => [role, content, tokenCount ?? null, nowMs]);
    const places = rows.map(() => "(?, ?, ?, ?)").join();
    this.#sql.exec(`INSERT INTO messages (role, content, token_count, created_at_ms) VALUES ${places}`, ...rows.flat());
  }

  /** Removes messages from before `beforeMs`. Returns when the oldest one left was stored; undefined when none is left. */
  removeOlderThan(beforeMs: number): number | undefined {
    if (!this.#tables.areMade) return undefined;
    this.#sql.exec("DELETE FROM messages WHERE created_at_ms < ?", beforeMs);
    this.#recent.forget();
    return this.#oldestMs();
  }

  /** The object's storage was deleted. */
  forget(): void {
    this.#record = undefined;
    this.#isSaved = true;
    this.#hasRow = false;
    this.#atMost = 0;
    this.#recent.forget();
  }

  /** When the oldest message was stored. */
  #oldestMs(): number | undefined {
    const [row] = this.#sql
      .exec<{ created_at_ms: number }>("SELECT created_at_ms FROM messages ORDER BY seq LIMIT 1")
      .toArray();
    return row?.created_at_ms;
  }

  /** The session's line in its principal's list. */
  summary(): SessionSummary | undefined {
    if (!this.#tables.areMade) return undefined;
    const [row] = this.#sql
      .exec<SessionRow & { title: string | null }>(
        `SELECT *, (SELECT SUBSTR(content, 1, ${MAX_TITLE}) FROM messages WHERE role = 'user' ORDER BY seq LIMIT 1) AS title
         FROM session`,
      )
      .toArray();
    return row === undefined
      ? undefined
      : {
          sessionId: row.session_id,
          title: row.title ?? "",
          messageCount: this.#count(),
          createdAtMs: row.created_at_ms,
          updatedAtMs: row.updated_at_ms,
        };
  }

  /** The latest `wanted` messages, oldest first. */
  latest(wanted: number): ChatMessage[] {
    const count = Math.min(wanted, this.#record?.retention.maxMessages ?? wanted);
    const known = this.#recent.latest(count);
    if (known !== undefined || !this.#tables.areMade) return known ?? [];
    const rows = this.#sql.exec<MessageRow>("SELECT * FROM messages ORDER BY seq DESC LIMIT ?", count).toArray();
    const messages = rows.reverse().map(({ role, content }) => ({ role, content }));
    this.#recent.keep(count, messages);
    return messages;
  }

  /** Messages after `cursor`, oldest first. */
  page(limit: number, cursor = 0): Pick<History, "messages" | "nextCursor"> {
    if (!this.#tables.areMade) return { messages: [] };
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

  /** Messages go from the old end only, so their numbers have no gaps; counting them would read every row. */
  #count(): number {
    const [row] = this.#sql
      .exec<{ count: number }>("SELECT IFNULL(MAX(seq) - MIN(seq) + 1, 0) AS count FROM messages")
      .toArray();
    return row?.count ?? 0;
  }

  #read(): SessionRecord | undefined {
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
