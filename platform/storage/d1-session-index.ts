import * as z from "#base/zod";

import { decodeTimeCursor, encodeTimeCursor } from "#storage/page-cursor";
import { MAX_SESSIONS_PAGE, type SessionIndex, type SessionSummary } from "#storage/session-index";

const sessionRow = z.object({
  session_id: z.string(),
  title: z.nullable(z.string()),
  message_count: z.int(),
  created_at: z.int(),
  updated_at: z.int(),
});

/** The session index in D1 (table `sessions`, see schema.md). The tenant is in every statement. */
export function createD1SessionIndex(db: D1Database): SessionIndex {
  return {
    async record(tenantId, principalId, { sessionId, title, messageCount, createdAtMs, updatedAtMs }) {
      await db
        .prepare(
          `INSERT INTO sessions (tenant_id, session_id, principal_id, message_count, created_at, updated_at, title)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
           ON CONFLICT (tenant_id, session_id) DO UPDATE SET
             principal_id = excluded.principal_id, message_count = excluded.message_count,
             created_at = excluded.created_at, updated_at = excluded.updated_at, title = excluded.title`,
        )
        .bind(tenantId, sessionId, principalId, messageCount, createdAtMs, updatedAtMs, title)
        .run();
    },

    async remove(tenantId, sessionId) {
      await db.prepare("DELETE FROM sessions WHERE tenant_id = ?1 AND session_id = ?2").bind(tenantId, sessionId).run();
    },

    async list(tenantId, principalId, { limit, cursor }) {
      const size = Math.min(Math.max(1, limit), MAX_SESSIONS_PAGE);
      const [beforeMs, beforeId] = decodeTimeCursor(cursor);
      const { results } = await db
        .prepare(
          `SELECT session_id, message_count, created_at, updated_at, title FROM sessions
           WHERE tenant_id = ?1 AND principal_id = ?2 AND (updated_at, session_id) < (?3, ?4)
           ORDER BY updated_at DESC, session_id DESC LIMIT ?5`,
        )
        .bind(tenantId, principalId, beforeMs, beforeId, size + 1)
        .all();
      const found = results.map(parseRow);
      const sessions = found.slice(0, size);
      const last = sessions.at(-1);
      return {
        sessions,
        ...(found.length > size && last !== undefined
          ? { nextCursor: encodeTimeCursor(last.updatedAtMs, last.sessionId) }
          : {}),
      };
    },
  };
}

function parseRow(row: unknown): SessionSummary {
  const parsed = sessionRow.parse(row);
  return {
    sessionId: parsed.session_id,
    title: parsed.title ?? "",
    messageCount: parsed.message_count,
    createdAtMs: parsed.created_at,
    updatedAtMs: parsed.updated_at,
  };
}
