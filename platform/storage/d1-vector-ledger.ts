import * as z from "#base/zod";

import type { DocumentStore, PlannedVector, ReusableVector } from "#storage/document-store";
import { packJsonArrays } from "#storage/pack-json-arrays";
import type { TenantId } from "#tenancy/tenant-id";

/** The part of the document store that knows which vectors may exist in the vector store. */
export type VectorLedger = Pick<
  DocumentStore,
  "listLiveVectors" | "planVectors" | "dismissVectors" | "listDoomedVectors" | "forgetDoomedVectors"
>;

/** The ledger in D1. */
export function createD1VectorLedger(db: D1Database): VectorLedger {
  const record = async (
    tenantId: TenantId,
    state: string,
    onConflict: string,
    vectors: readonly PlannedVector[],
  ): Promise<void> => {
    const sql = `INSERT INTO vectors (tenant_id, doc_id, vector_id, version, embedding_hash, state)
      SELECT ?1, value ->> 'docId', value ->> 'vectorId', value ->> 'version', value ->> 'embeddingHash', '${state}' FROM json_each(?2) WHERE true
      ON CONFLICT (tenant_id, vector_id) DO ${onConflict}`;
    const statements = packJsonArrays(vectors).map((rows) => db.prepare(sql).bind(tenantId, rows));
    if (statements.length > 0) await db.batch(statements);
  };
  return {
    async listLiveVectors(tenantId, docIds) {
      const sql = `SELECT doc_id, vector_id, embedding_hash FROM vectors
        WHERE tenant_id = ?1 AND doc_id IN (SELECT value FROM json_each(?2)) AND state = 'live' ORDER BY vector_id`;
      const { results } = await db.prepare(sql).bind(tenantId, JSON.stringify(docIds)).all();
      const byDocument = new Map<string, ReusableVector[]>();
      for (const row of results.map((result) => liveVectorRow.parse(result))) {
        const vector = { vectorId: row.vector_id, embeddingHash: row.embedding_hash };
        const known = byDocument.get(row.doc_id);
        if (known === undefined) byDocument.set(row.doc_id, [vector]);
        else known.push(vector);
      }
      return byDocument;
    },
    planVectors: (tenantId, vectors) =>
      record(tenantId, "pending", "UPDATE SET state = 'pending' WHERE state = 'doomed'", vectors),
    dismissVectors: (tenantId, vectors) =>
      record(tenantId, "doomed", "UPDATE SET state = 'doomed' WHERE state = 'pending'", vectors),
    async listDoomedVectors(tenantId, docIds) {
      const statement =
        docIds === undefined
          ? doomedStatement(tenantId, db)
          : db
              .prepare(
                "SELECT vector_id FROM vectors WHERE tenant_id = ?1 AND doc_id IN (SELECT value FROM json_each(?2)) AND state = 'doomed'",
              )
              .bind(tenantId, JSON.stringify(docIds));
      return parseVectorIds((await statement.all()).results);
    },
    async forgetDoomedVectors(tenantId, vectorIds) {
      const sql =
        "DELETE FROM vectors WHERE tenant_id = ?1 AND vector_id IN (SELECT value FROM json_each(?2)) AND state = 'doomed'";
      const statements = packJsonArrays(vectorIds).map((ids) => db.prepare(sql).bind(tenantId, ids));
      if (statements.length > 0) await db.batch(statements);
    },
  };
}

/** Most doomed vectors that are listed without naming documents. */
const MAX_DOOMED_VECTORS = 1_000;

/** Lists doomed vectors of a tenant, a bounded number. */
export function doomedStatement(tenantId: TenantId, db: D1Database): D1PreparedStatement {
  return db
    .prepare("SELECT vector_id FROM vectors WHERE tenant_id = ?1 AND state = 'doomed' LIMIT ?2")
    .bind(tenantId, MAX_DOOMED_VECTORS);
}

/** Reads the rows of `doomedStatement`. */
export function parseVectorIds(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => vectorIdRow.parse(row).vector_id);
}

const vectorIdRow = z.object({ vector_id: z.string() });
const liveVectorRow = z.object({ doc_id: z.string(), vector_id: z.string(), embedding_hash: z.string() });
