import { IS_WAITING, SETTLE_CLAIM, supersede } from "#storage/d1-settle-jobs";
import type { ChunkRecord } from "#storage/document-record";
import type { DocumentReplacement } from "#storage/document-store";
import { packJsonArrays } from "#storage/pack-json-arrays";
import { accessTokens } from "#storage/match-expression";
import type { TenantId } from "#tenancy/tenant-id";

/** True only when the replacement has taken the document: a writer that came too late changes nothing. ?1 tenant, ?2 document, ?3 version, ?4 fingerprint. */
const IS_TAKEN =
  "EXISTS (SELECT 1 FROM documents WHERE tenant_id = ?1 AND doc_id = ?2 AND version = ?3 AND fingerprint = ?4)";

/** `mayTake` is a further condition. */
const takeDocument = (mayTake: string): string => `
INSERT INTO documents (tenant_id, doc_id, version, fingerprint, content_hash, title, source, url, metadata, acl, chunk_count, bytes, created_at, updated_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14
WHERE (?15 = 0 OR EXISTS (SELECT 1 FROM documents WHERE tenant_id = ?1 AND doc_id = ?2)) AND ${mayTake}
ON CONFLICT (tenant_id, doc_id) DO UPDATE SET
  version = excluded.version, fingerprint = excluded.fingerprint, content_hash = excluded.content_hash, title = excluded.title,
  source = excluded.source, url = excluded.url, metadata = excluded.metadata, acl = excluded.acl, chunk_count = excluded.chunk_count,
  bytes = excluded.bytes, updated_at = excluded.updated_at
WHERE documents.version = ?15 AND documents.fingerprint = ?16`;

const CLEAR_INDEX = `
DELETE FROM chunk_search WHERE ${IS_TAKEN}
AND rowid IN (SELECT row_id FROM chunks WHERE tenant_id = ?1 AND doc_id = ?2)`;

const CLEAR_CHUNKS = `DELETE FROM chunks WHERE tenant_id = ?1 AND doc_id = ?2 AND ${IS_TAKEN}`;

const INSERT_CHUNKS = `
INSERT INTO chunks (tenant_id, doc_id, chunk_index, chunk_id, embedding_hash, context, text, start_unit, end_unit, start_byte, end_byte)
SELECT ?1, ?2, value ->> 'index', value ->> 'chunkId', value ->> 'embeddingHash', value ->> 'context', value ->> 'text',
  value ->> 'start', value ->> 'end', value ->> 'startByte', value ->> 'endByte'
FROM json_each(?5) WHERE ${IS_TAKEN}`;

const INSERT_INDEX = `
INSERT INTO chunk_search (rowid, tenant, title, context, text)
SELECT row_id, ?5, ?6, context, text FROM chunks WHERE tenant_id = ?1 AND doc_id = ?2 AND ${IS_TAKEN}`;

const MARK_LIVE = `
UPDATE vectors SET state = 'live' WHERE tenant_id = ?1 AND doc_id = ?2 AND ${IS_TAKEN} AND state = 'pending'
AND vector_id IN (SELECT chunk_id FROM chunks WHERE tenant_id = ?1 AND doc_id = ?2)`;

/** A later version's vectors are being written by somebody else: they are left alone. */
const MARK_DOOMED = `
UPDATE vectors SET state = 'doomed' WHERE tenant_id = ?1 AND doc_id = ?2 AND ${IS_TAKEN} AND version <= ?3 AND state <> 'doomed'
AND vector_id NOT IN (SELECT chunk_id FROM chunks WHERE tenant_id = ?1 AND doc_id = ?2)`;

/** Counts a tenant's corpus up if a condition holds. ?1 tenant. */
export function countCorpusUp(condition: string): string {
  return `INSERT INTO corpora (tenant_id, version) SELECT ?1, 1 WHERE ${condition} ON CONFLICT (tenant_id) DO UPDATE SET version = version + 1`;
}

/** Whether the replacement is what is stored now. One row with `taken` 0 or 1. */
const READ_OUTCOME = `SELECT ${IS_TAKEN} AS taken`;

/**
 * The statements that swap a document for its new version, to be run in one batch (D1 runs a batch as one transaction).
 * The last one answers whether it took. Repeating the batch changes nothing.
 */
export function replaceStatements(
  tenantId: TenantId,
  db: D1Database,
  replacement: DocumentReplacement,
): D1PreparedStatement[] {
  const { document, chunks, base, claim } = replacement;
  const taken = [tenantId, document.docId, document.version, document.fingerprint] as const;
  const guarded = (sql: string, ...more: readonly (string | number)[]): D1PreparedStatement =>
    db.prepare(sql).bind(...taken, ...more);
  const values = [...taken, ...documentValues(replacement), base?.version ?? 0, base?.fingerprint ?? ""];
  return [
    claim === undefined
      ? db.prepare(takeDocument("true")).bind(...values)
      : db.prepare(takeDocument(IS_WAITING)).bind(...values, claim.jobId, claim.index),
    guarded(CLEAR_INDEX),
    guarded(CLEAR_CHUNKS),
    ...packJsonArrays(chunks.map(chunkRow)).map((rows) => guarded(INSERT_CHUNKS, rows)),
    guarded(INSERT_INDEX, accessTokens(tenantId, document.acl), document.title ?? ""),
    guarded(MARK_LIVE),
    guarded(MARK_DOOMED),
    guarded(countCorpusUp(IS_TAKEN)),
    ...(claim === undefined ? [] : [guarded(`${SETTLE_CLAIM} AND ${IS_TAKEN}`, claim.jobId, claim.index)]),
    ...(replacement.supersedesBeforeMs === undefined
      ? []
      : [guarded(`${supersede("doc_id = ?2", "?5")} AND ${IS_TAKEN}`, replacement.supersedesBeforeMs)]),
    guarded(READ_OUTCOME),
  ];
}

/** Values of ?5 to ?14 of `takeDocument`. */
function documentValues({ document, chunks }: DocumentReplacement): (string | number | null)[] {
  return [
    document.contentHash,
    document.title ?? null,
    document.source ?? null,
    document.url ?? null,
    JSON.stringify(document.metadata),
    JSON.stringify(document.acl),
    chunks.length,
    document.bytes,
    document.createdAtMs,
    document.updatedAtMs,
  ];
}

function chunkRow(chunk: ChunkRecord): ChunkRecord {
  const { index, chunkId, embeddingHash, context, text, start, end, startByte, endByte } = chunk;
  return { index, chunkId, embeddingHash, context, text, start, end, startByte, endByte };
}
