import { INDEXED_CHUNK_COLUMNS } from "#storage/d1-rows";
import type { DocumentFilter } from "#storage/document-filter";
import { matchExpression } from "#storage/match-expression";
import type { TenantId } from "#tenancy/tenant-id";

/** BM25 weights of chunk_search's columns: tenant and labels (a key, never a reason to rank higher), title, headings, text. */
const RANK = "bm25(chunk_search, 0.0, 2.0, 1.0, 1.0)";

/** Most conditions on metadata in one statement: each binds three parameters, and D1 takes 100. */
const MAX_SQL_METADATA_CONDITIONS = 24;

/**
 * The statement that ranks by BM25 those of a tenant's chunks that a reader may see; `undefined` when the query has no word.
 * Rows have `INDEXED_CHUNK_COLUMNS` and `bm25`, where less is better.
 * Metadata conditions only narrow the rows here; the caller compares them again, by type.
 */
export function searchTextStatement(
  tenantId: TenantId,
  db: D1Database,
  query: string,
  limit: number,
  { filter, acl }: { readonly filter: DocumentFilter; readonly acl: ReadonlySet<string> },
): D1PreparedStatement | undefined {
  const expression = matchExpression(tenantId, query, acl);
  if (expression === undefined) return undefined;
  const values: (string | number)[] = [tenantId, expression, limit];
  const conditions = filterConditions(filter, (value) => `?${values.push(value)}`);
  // Without a filter the best rows are known before any join, so that only they are read.
  const candidates = `SELECT rowid, ${RANK} AS bm25 FROM chunk_search WHERE chunk_search MATCH ?2 ${conditions.length === 0 ? "ORDER BY bm25 LIMIT ?3" : ""}`;
  const sql = `
    SELECT ${INDEXED_CHUNK_COLUMNS}, hits.bm25
    FROM (${candidates}) AS hits
    JOIN chunks c ON c.row_id = hits.rowid
    JOIN documents d ON d.tenant_id = c.tenant_id AND d.doc_id = c.doc_id
    WHERE ${["c.tenant_id = ?1", ...conditions].join(" AND ")}
    ORDER BY hits.bm25, c.chunk_id LIMIT ?3`;
  return db.prepare(sql).bind(...values);
}

function filterConditions(filter: DocumentFilter, bind: (value: string) => string): string[] {
  const conditions: string[] = [];
  const isAnyOf = (column: string, values: readonly unknown[]): string =>
    `${column} IN (SELECT value FROM json_each(${bind(JSON.stringify(values))}))`;
  if (filter.docIds !== undefined) conditions.push(isAnyOf("d.doc_id", filter.docIds));
  if (filter.sources !== undefined) conditions.push(isAnyOf("d.source", filter.sources));
  for (const [key, wanted] of [...(filter.metadata ?? [])].slice(0, MAX_SQL_METADATA_CONDITIONS)) {
    conditions.push(metadataCondition(bind(key), isAnyOf("m.value", wanted), isAnyOf("n.value", wanted)));
  }
  return conditions;
}

/** A member of the metadata object has the key and any of the values, itself or in its list. */
function metadataCondition(key: string, memberMatches: string, elementMatches: string): string {
  return `EXISTS (SELECT 1 FROM json_each(d.metadata) AS m WHERE m.key = ${key} AND (
    ${memberMatches} OR (m.type = 'array' AND EXISTS (SELECT 1 FROM json_each(m.value) AS n WHERE ${elementMatches}))))`;
}
