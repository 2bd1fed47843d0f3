import * as z from "#base/zod";

import { EMPTY_CHAIN, linkEntries } from "#storage/audit-chain";
import {
  type AuditEntry,
  type AuditHead,
  type AuditLog,
  type AuditPage,
  type AuditRecord,
  MAX_AUDIT_PAGE,
  TOOL_DOORS,
  TOOL_OUTCOMES,
  TOOL_TAINTS,
} from "#storage/audit-log";
import { decodeCursor, encodeCursor, foreignCursor } from "#storage/page-cursor";
import type { TenantId } from "#tenancy/tenant-id";

/** Records sealed at once. */
const MAX_UNSEALED = 500;

/** Shown of a record that should be sealed and is not: no content has this hash. */
const NO_HASH = EMPTY_CHAIN.hash;

const insertedRow = z.object({ seq: z.int() });
const headRow = z.object({ seq: z.int(), hash: z.string() });
const recordRow = z.object({
  seq: z.int(),
  at: z.int(),
  trace_id: z.string(),
  principal: z.string(),
  tool: z.string(),
  door: z.enum(TOOL_DOORS),
  arguments_sha256: z.string(),
  outcome: z.enum(TOOL_OUTCOMES),
  code: z.nullable(z.string()),
  duration_ms: z.int(),
  taint: z.enum(TOOL_TAINTS),
  approved_by: z.nullable(z.string()),
  start_seq: z.nullable(z.int()),
  prev_hash: z.nullable(z.string()),
  hash: z.nullable(z.string()),
});

export interface AuditLogOptions {
  /** Keeps the isolate alive for work behind the answer. */
  readonly keepAlive: (work: Promise<unknown>) => void;
  /** Told when records could not be sealed; the next writer does it. */
  readonly reportFailure: (tenantId: TenantId, error: unknown) => void;
}

/**
 * The audit log in D1 (tables `audit_records` and `audit_heads`, see schema.md). An entry gets its number by the statement
 * that stores it, so any number of writers may write at once. Its hash follows from what is stored before it and is put
 * there behind the answer, by its writer or by any later one: whoever works it out comes to the same.
 */
export function createD1AuditLog(db: D1Database, { keepAlive, reportFailure }: AuditLogOptions): AuditLog {
  return {
    async append(tenantId, entry) {
      const [inserted, heads, unsealed] = await db.batch([
        insertion(tenantId, db, entry),
        selectHead(tenantId, db),
        selectUnsealed(tenantId, db),
      ]);
      const sealed = seal(tenantId, db, toHead(heads), unsealed?.results ?? []);
      keepAlive(sealed.catch((error: unknown) => reportFailure(tenantId, error)));
      return insertedRow.parse(inserted?.results[0]).seq;
    },
    list: (tenantId, page) => listRecords(tenantId, db, page),
  };
}

/** Behind the last record, and behind the head: a number whose record was removed is never given again. */
function insertion(tenantId: TenantId, db: D1Database, entry: AuditEntry): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit_records (tenant_id, seq, at, trace_id, principal, tool, door, arguments_sha256, outcome, code,
         duration_ms, taint, approved_by, start_seq)
       SELECT ?1, 1 + MAX(IFNULL((SELECT MAX(seq) FROM audit_records WHERE tenant_id = ?1), 0),
                          IFNULL((SELECT seq FROM audit_heads WHERE tenant_id = ?1), 0)),
         ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
       RETURNING seq`,
    )
    .bind(
      tenantId,
      entry.atMs,
      entry.traceId,
      entry.principal,
      entry.tool,
      entry.door,
      entry.argumentsSha256,
      entry.outcome,
      entry.code ?? null,
      entry.durationMs,
      entry.taint,
      entry.approvedBy ?? null,
      entry.startSeq ?? null,
    );
}

function selectHead(tenantId: TenantId, db: D1Database): D1PreparedStatement {
  return db.prepare("SELECT seq, hash FROM audit_heads WHERE tenant_id = ?1").bind(tenantId);
}

function selectUnsealed(tenantId: TenantId, db: D1Database): D1PreparedStatement {
  return db
    .prepare(
      `SELECT * FROM audit_records
       WHERE tenant_id = ?1 AND seq > IFNULL((SELECT seq FROM audit_heads WHERE tenant_id = ?1), 0) AND hash IS NULL
       ORDER BY seq LIMIT ?2`,
    )
    .bind(tenantId, MAX_UNSEALED);
}

/** Writes the hashes of records and moves the head on. Doing it twice, or at once with others, changes nothing. */
async function seal(tenantId: TenantId, db: D1Database, head: AuditHead, unsealed: readonly unknown[]): Promise<void> {
  const records = await linkRows(tenantId, head, unsealed);
  const last = records.at(-1);
  if (last === undefined) return;
  const links = records.map(({ seq, prevHash, hash }) => ({ seq, prevHash, hash }));
  await db.batch([
    db
      .prepare(
        `UPDATE audit_records SET prev_hash = link.value ->> 'prevHash', hash = link.value ->> 'hash'
         FROM json_each(?2) AS link
         WHERE tenant_id = ?1 AND seq = link.value ->> 'seq' AND audit_records.hash IS NULL`,
      )
      .bind(tenantId, JSON.stringify(links)),
    db
      .prepare(
        `INSERT INTO audit_heads (tenant_id, seq, hash) VALUES (?1, ?2, ?3)
         ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash WHERE excluded.seq > audit_heads.seq`,
      )
      .bind(tenantId, last.seq, last.hash),
  ]);
}

function linkRows(tenantId: TenantId, head: AuditHead, rows: readonly unknown[]): Promise<readonly AuditRecord[]> {
  return linkEntries(tenantId, head, rows.map(toRecord));
}

async function listRecords(
  tenantId: TenantId,
  db: D1Database,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<AuditPage> {
  const size = Math.min(Math.max(1, limit), MAX_AUDIT_PAGE);
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(cursor);
  const [heads, unsealed, rows] = await db.batch([
    selectHead(tenantId, db),
    selectUnsealed(tenantId, db),
    db
      .prepare("SELECT * FROM audit_records WHERE tenant_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3")
      .bind(tenantId, before, size + 1),
  ]);
  const head = toHead(heads);
  // Reading changes nothing: what nobody has sealed yet is shown as it will be.
  const linked = await linkRows(tenantId, head, unsealed?.results ?? []);
  const bySeq = new Map(linked.map((record) => [record.seq, record]));
  const found = (rows?.results ?? []).map(toRecord).map((record) => bySeq.get(record.seq) ?? record);
  const records = found.slice(0, size);
  const last = records.at(-1);
  const { seq, hash } = linked.at(-1) ?? head;
  return {
    records,
    head: { seq, hash },
    ...(found.length > size && last !== undefined ? { nextCursor: encodeCursor(String(last.seq)) } : {}),
  };
}

function toHead(result: D1Result | undefined): AuditHead {
  const [row] = result?.results ?? [];
  return row === undefined ? EMPTY_CHAIN : headRow.parse(row);
}

function parseCursor(cursor: string): number {
  const text = decodeCursor(cursor);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw foreignCursor();
}

function toRecord(value: unknown): AuditRecord {
  const row = recordRow.parse(value);
  return {
    seq: row.seq,
    atMs: row.at,
    traceId: row.trace_id,
    principal: row.principal,
    tool: row.tool,
    door: row.door,
    argumentsSha256: row.arguments_sha256,
    outcome: row.outcome,
    ...(row.code === null ? {} : { code: row.code }),
    durationMs: row.duration_ms,
    taint: row.taint,
    ...(row.approved_by === null ? {} : { approvedBy: row.approved_by }),
    ...(row.start_seq === null ? {} : { startSeq: row.start_seq }),
    prevHash: row.prev_hash ?? NO_HASH,
    hash: row.hash ?? NO_HASH,
  };
}
