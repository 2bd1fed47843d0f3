import assert from "node:assert/strict";

import type { SearchServices } from "#rag/rag-services";
import type { TestRag } from "#rag/testing/start-rag";
import { createD1DocumentStore } from "#storage/d1-document-store";
import { breakingDatabase, breakingIndex, type Fuse } from "#storage/testing/breaking-bindings";
import { createVectorizeVectorStore } from "#storage/vectorize-vector-store";

/** Ids that the service reads at once. */
const MAX_READ_IDS = 20;

/** The services over bindings that a fuse guards. */
export function breakingServices({ services, storage, vectorOptions }: TestRag, fuse: Fuse): SearchServices {
  return {
    ...services,
    documents: createD1DocumentStore(breakingDatabase(storage.database, fuse)),
    vectors: createVectorizeVectorStore(breakingIndex(storage.vectors, fuse), vectorOptions),
    cache: {
      ...services.cache,
      store: {
        ...services.cache.store,
        forgetDocument: (tenantId, docId) =>
          fuse.guard("KV", () => services.cache.store.forgetDocument(tenantId, docId)),
      },
    },
    models: {
      ...services.models,
      embed: (tenantId, request, context) =>
        fuse.guard("AI run", () => services.models.embed(tenantId, request, context)),
    },
  };
}

/** Tables and what of them is the same whenever the same documents are stored: no times. Each has a column `doc_id`. */
const KEPT_COLUMNS = {
  documents: "version, fingerprint, chunk_count",
  chunks: "chunk_index, chunk_id, text, start_unit, end_unit, start_byte, end_byte",
  vectors: "vector_id, version, state",
  ingest_job_documents: "doc_index, state",
};

/** Everything that is stored of a document, row by row as JSON, in no order. */
export async function storedOf({ storage }: TestRag, docId: string): Promise<Record<string, readonly string[]>> {
  const tables = await Promise.all(
    Object.entries(KEPT_COLUMNS).map(async ([table, columns]) => {
      const sql = `SELECT ${columns} FROM ${table} WHERE doc_id = ?1`;
      const { results } = await storage.database.prepare(sql).bind(docId).all();
      return [table, results.map((row) => JSON.stringify(withoutIds(row))).toSorted()] as const;
    }),
  );
  return Object.fromEntries(tables);
}

/** Ids and fingerprints depend on the document's id, which differs from one try to the next. */
function withoutIds(row: Record<string, unknown>): Record<string, unknown> {
  const { chunk_id: _chunk, vector_id: _vector, fingerprint: _fingerprint, ...kept } = row;
  return kept;
}

/** Fails unless the vectors of the index are exactly those of the ledger, and every indexed row has its chunk. */
export async function assertNoOrphans({ storage }: TestRag): Promise<void> {
  const { database, vectors } = storage;
  const { results } = await database.prepare("SELECT vector_id FROM vectors").all<{ vector_id: string }>();
  const ids = results.map((row) => row.vector_id);
  assert.equal((await vectors.describe()).vectorCount, ids.length, "vectors without a row in the ledger");
  for (let at = 0; at < ids.length; at += MAX_READ_IDS) {
    const wanted = ids.slice(at, at + MAX_READ_IDS);
    assert.equal((await vectors.getByIds(wanted)).length, wanted.length, "rows in the ledger without a vector");
  }
  const dangling = `SELECT (SELECT count(*) FROM chunk_search) - (SELECT count(*) FROM chunks) AS index_rows,
    (SELECT count(*) FROM chunks WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.tenant_id = chunks.tenant_id AND d.doc_id = chunks.doc_id)) AS chunks,
    (SELECT count(*) FROM chunks WHERE NOT EXISTS (SELECT 1 FROM vectors v WHERE v.tenant_id = chunks.tenant_id AND v.vector_id = chunks.chunk_id AND v.state = 'live')) AS without_vector`;
  assert.deepEqual(await database.prepare(dangling).first(), { index_rows: 0, chunks: 0, without_vector: 0 });
}
