import * as z from "#base/zod";

import {
  CHUNK_COLUMNS,
  DOCUMENT_COLUMNS,
  INDEXED_CHUNK_COLUMNS,
  parseChunkRow,
  parseDocumentRow,
  parseIndexedChunkRow,
} from "#storage/d1-rows";
import { countCorpusUp, replaceStatements } from "#storage/d1-replace-document";
import { supersede } from "#storage/d1-settle-jobs";
import { searchTextStatement } from "#storage/d1-search-text";
import { createD1VectorLedger, doomedStatement, parseVectorIds } from "#storage/d1-vector-ledger";
import { isReadable } from "#storage/document-access";
import { matchesFilter } from "#storage/document-filter";
import type { IndexedChunk } from "#storage/document-record";
import {
  MAX_DOCUMENTS_PAGE,
  type DocumentReplacement,
  type DocumentStore,
  type ReplacementOutcome,
} from "#storage/document-store";
import { decodeCursor, encodeCursor } from "#storage/page-cursor";
import type { TenantId } from "#tenancy/tenant-id";

/** Most statements of one D1 batch; a document's own statements always stay together. */
const MAX_BATCH_STATEMENTS = 100;

/**
 * The document store in D1 (tables: schema.md). The tenant is in every statement and is checked again on every row
 * that search returns. Anything D1 throws is passed on: it has no public text.
 */
export function createD1DocumentStore(db: D1Database): DocumentStore {
  return { ...documentReads(db), ...createD1VectorLedger(db), ...documentWrites(db), ...searches(db) };
}

/** The document of a chunk. */
const WITH_DOCUMENT = "JOIN documents d ON d.tenant_id = c.tenant_id AND d.doc_id = c.doc_id";

/** ?1 tenant, ?2 JSON array of document ids. */
const IS_LISTED = "tenant_id = ?1 AND doc_id IN (SELECT value FROM json_each(?2))";

type DocumentReads = Pick<
  DocumentStore,
  "findStates" | "findDocument" | "listChunks" | "listDocuments" | "corpusVersion"
>;

function documentReads(db: D1Database): DocumentReads {
  return {
    async findStates(tenantId, docIds) {
      const [documents, pending, inJobs, doomed] = await db.batch([
        ...[
          `SELECT ${DOCUMENT_COLUMNS} FROM documents WHERE ${IS_LISTED}`,
          `SELECT DISTINCT doc_id FROM vectors WHERE ${IS_LISTED} AND state = 'pending'`,
          `SELECT DISTINCT doc_id FROM ingest_job_documents WHERE ${IS_LISTED}`,
        ].map((sql) => db.prepare(sql).bind(tenantId, JSON.stringify(docIds))),
        doomedStatement(tenantId, db),
      ]);
      const byId = new Map(
        (documents?.results ?? []).map(parseDocumentRow).map((document) => [document.docId, document]),
      );
      const withPending = docIdsOf(pending);
      const withJob = docIdsOf(inJobs);
      return {
        documents: docIds.map((docId) => ({
          docId,
          document: byId.get(docId),
          hasPendingVectors: withPending.has(docId),
          isInJob: withJob.has(docId),
        })),
        doomedVectors: parseVectorIds(doomed?.results ?? []),
      };
    },
    async findDocument(tenantId, docId, acl) {
      const sql = `SELECT ${DOCUMENT_COLUMNS} FROM documents WHERE tenant_id = ?1 AND doc_id = ?2 AND ${isReadable("acl", "?3")}`;
      const row = await db.prepare(sql).bind(tenantId, docId, toJson(acl)).first();
      return row === null ? undefined : parseDocumentRow(row);
    },
    async listChunks(tenantId, docId, acl) {
      const sql = `SELECT ${CHUNK_COLUMNS} FROM chunks c ${WITH_DOCUMENT}
        WHERE c.tenant_id = ?1 AND c.doc_id = ?2 AND ${isReadable("d.acl", "?3")} ORDER BY c.chunk_index`;
      const { results } = await db.prepare(sql).bind(tenantId, docId, toJson(acl)).all();
      return results.map(parseChunkRow);
    },
    async listDocuments(tenantId, asked, acl) {
      const limit = Math.min(Math.max(1, asked.limit), MAX_DOCUMENTS_PAGE);
      const after = asked.cursor === undefined ? "" : decodeCursor(asked.cursor);
      const sql = `SELECT ${DOCUMENT_COLUMNS} FROM documents WHERE tenant_id = ?1 AND doc_id > ?2 AND ${isReadable("acl", "?4")}
        ORDER BY doc_id LIMIT ?3`;
      const { results } = await db
        .prepare(sql)
        .bind(tenantId, after, limit + 1, toJson(acl))
        .all();
      const documents = results.slice(0, limit).map(parseDocumentRow);
      const last = documents.at(-1);
      return results.length > limit && last !== undefined
        ? { documents, nextCursor: encodeCursor(last.docId) }
        : { documents };
    },
    async corpusVersion(tenantId) {
      const row = await db.prepare("SELECT version FROM corpora WHERE tenant_id = ?1").bind(tenantId).first();
      return row === null ? 0 : z.object({ version: z.int() }).parse(row).version;
    },
  };
}

type DocumentWrites = Pick<DocumentStore, "replaceDocuments" | "supersedeInJobs" | "removeDocument">;

function documentWrites(db: D1Database): DocumentWrites {
  return {
    async replaceDocuments(tenantId, replacements) {
      const outcomes: ReplacementOutcome[] = [];
      for (const group of groupStatements(tenantId, db, replacements)) {
        const results = await db.batch(group.flat());
        let last = -1;
        for (const statements of group) {
          last += statements.length;
          outcomes.push(takenRow.parse(results[last]?.results[0]).taken === 1 ? "replaced" : "conflict");
        }
      }
      return outcomes;
    },
    async supersedeInJobs(tenantId, docIds, acceptedMs) {
      const sql = supersede("doc_id IN (SELECT value FROM json_each(?2))", "?3");
      await db.prepare(sql).bind(tenantId, JSON.stringify(docIds), acceptedMs).run();
    },
    async removeDocument(tenantId, docId, acl) {
      const isHidden = `EXISTS (SELECT 1 FROM documents d WHERE d.tenant_id = ?1 AND d.doc_id = ?2 AND NOT ${isReadable("d.acl", "?3")})`;
      const owned = `WHERE tenant_id = ?1 AND doc_id = ?2 AND NOT ${isHidden}`;
      const [counts] = await db.batch(
        [
          `SELECT (SELECT count(*) FROM chunks ${owned}) AS chunks,
          EXISTS (SELECT 1 FROM documents ${owned}) OR EXISTS (SELECT 1 FROM vectors ${owned})
          OR EXISTS (SELECT 1 FROM ingest_job_documents ${owned}) AS existed`,
          `DELETE FROM chunk_search WHERE rowid IN (SELECT row_id FROM chunks ${owned})`,
          `DELETE FROM chunks ${owned}`,
          `UPDATE vectors SET state = 'doomed' ${owned}`,
          countCorpusUp(`EXISTS (SELECT 1 FROM documents ${owned})`),
          `DELETE FROM documents ${owned}`,
          supersede(`doc_id = ?2 AND NOT ${isHidden}`, ALL_TIME),
        ].map((sql) => db.prepare(sql).bind(tenantId, docId, toJson(acl))),
      );
      const { chunks, existed } = removedRow.parse(counts?.results[0]);
      return { chunks, existed: existed === 1 };
    },
  };
}

/** Joins documents into batches; each document's statements are one element, so that they share a transaction. */
function groupStatements(
  tenantId: TenantId,
  db: D1Database,
  replacements: readonly DocumentReplacement[],
): D1PreparedStatement[][][] {
  const groups: D1PreparedStatement[][][] = [];
  let size = Infinity;
  for (const replacement of replacements) {
    const statements = replaceStatements(tenantId, db, replacement);
    if (size + statements.length > MAX_BATCH_STATEMENTS) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(statements);
    size += statements.length;
  }
  return groups;
}

type Searches = Pick<DocumentStore, "searchText" | "findChunks">;

function searches(db: D1Database): Searches {
  return {
    async searchText(tenantId, query, limit, reading) {
      const statement = searchTextStatement(tenantId, db, query, limit, reading);
      if (statement === undefined) return [];
      const { results } = await statement.all();
      const hits = results.flatMap((row) => {
        const chunk = ownChunk(tenantId, row);
        return chunk === undefined ? [] : [{ chunk, score: -scoreRow.parse(row).bm25 }];
      });
      return hits.filter(({ chunk }) => matchesFilter(chunk, reading.filter));
    },
    async findChunks(tenantId, chunkIds, acl) {
      const sql = `SELECT ${INDEXED_CHUNK_COLUMNS} FROM chunks c ${WITH_DOCUMENT}
        WHERE c.tenant_id = ?1 AND c.chunk_id IN (SELECT value FROM json_each(?2)) AND ${isReadable("d.acl", "?3")}`;
      const { results } = await db.prepare(sql).bind(tenantId, JSON.stringify(chunkIds), toJson(acl)).all();
      return results.map((row) => ownChunk(tenantId, row)).filter((chunk) => chunk !== undefined);
    },
  };
}

/** The second wall: a row of another tenant is dropped even if a statement let it through. */
function ownChunk(tenantId: TenantId, row: unknown): IndexedChunk | undefined {
  const { tenantId: owner, chunk } = parseIndexedChunkRow(row);
  return owner === tenantId ? chunk : undefined;
}

function toJson(acl: ReadonlySet<string>): string {
  return JSON.stringify([...acl]);
}

function docIdsOf(result: D1Result | undefined): ReadonlySet<string> {
  return new Set((result?.results ?? []).map((row) => docIdRow.parse(row).doc_id));
}

/** Later than any job's acceptance. */
const ALL_TIME = String(Number.MAX_SAFE_INTEGER);

const docIdRow = z.object({ doc_id: z.string() });
const takenRow = z.object({ taken: z.int() });
const removedRow = z.object({ chunks: z.int(), existed: z.int() });
const scoreRow = z.object({ bm25: z.number() });
