import * as z from "#base/zod";

import {
  documentMetadataSchema,
  type ChunkRecord,
  type DocumentRecord,
  type IndexedChunk,
} from "#storage/document-record";

/** Columns of `documents`, as `parseDocumentRow` reads them. */
export const DOCUMENT_COLUMNS =
  "doc_id, version, content_hash, fingerprint, title, source, url, metadata, acl, chunk_count, bytes, created_at, updated_at";

/** Columns of `chunks c`, as `parseChunkRow` reads them. */
export const CHUNK_COLUMNS =
  "c.chunk_id, c.chunk_index, c.context, c.text, c.start_unit, c.end_unit, c.start_byte, c.end_byte, c.embedding_hash";

/** Columns of `chunks c JOIN documents d`, as `parseIndexedChunkRow` reads them. */
export const INDEXED_CHUNK_COLUMNS = `c.tenant_id, ${CHUNK_COLUMNS}, d.doc_id, d.version, d.title, d.source, d.url, d.metadata, d.acl`;

const optionalText = z.nullable(z.string());
const labels = z.array(z.string());

/** What a passage that was found tells of its document. */
const descriptionColumns = {
  doc_id: z.string(),
  version: z.int(),
  title: optionalText,
  source: optionalText,
  url: optionalText,
  /** JSON. */
  metadata: z.string(),
  /** JSON. */
  acl: z.string(),
};

const documentRow = z.object({
  ...descriptionColumns,
  content_hash: z.string(),
  fingerprint: z.string(),
  chunk_count: z.int(),
  bytes: z.int(),
  created_at: z.int(),
  updated_at: z.int(),
});

const chunkRow = z.object({
  chunk_id: z.string(),
  chunk_index: z.int(),
  context: z.string(),
  text: z.string(),
  start_unit: z.int(),
  end_unit: z.int(),
  start_byte: z.int(),
  end_byte: z.int(),
  embedding_hash: z.string(),
});

const indexedChunkRow = z.object({ ...chunkRow.shape, ...descriptionColumns, tenant_id: z.string() });

/** Reads a row of `documents`. Throws when the database holds what this code never wrote. */
export function parseDocumentRow(value: unknown): DocumentRecord {
  const row = documentRow.parse(value);
  return {
    docId: row.doc_id,
    version: row.version,
    contentHash: row.content_hash,
    fingerprint: row.fingerprint,
    ...describedBy(row),
    chunks: row.chunk_count,
    bytes: row.bytes,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  };
}

/** Reads a row of `chunks`. */
export function parseChunkRow(value: unknown): ChunkRecord {
  return toChunk(chunkRow.parse(value));
}

/** Reads a chunk joined with its document, and tells whose it is for the second check. */
export function parseIndexedChunkRow(value: unknown): { readonly tenantId: string; readonly chunk: IndexedChunk } {
  const row = indexedChunkRow.parse(value);
  return {
    tenantId: row.tenant_id,
    chunk: {
      ...toChunk(row),
      docId: row.doc_id,
      version: row.version,
      ...describedBy(row),
    },
  };
}

function toChunk(row: z.output<typeof chunkRow>): ChunkRecord {
  return {
    chunkId: row.chunk_id,
    index: row.chunk_index,
    context: row.context,
    text: row.text,
    start: row.start_unit,
    end: row.end_unit,
    startByte: row.start_byte,
    endByte: row.end_byte,
    embeddingHash: row.embedding_hash,
  };
}

/** Whose labels and metadata are JSON; the optional fields are absent where the column is null. */
function describedBy(row: {
  readonly title: string | null;
  readonly source: string | null;
  readonly url: string | null;
  readonly metadata: string;
  readonly acl: string;
}): Pick<DocumentRecord, "title" | "source" | "url" | "metadata" | "acl"> {
  return {
    metadata: documentMetadataSchema.parse(JSON.parse(row.metadata)),
    acl: labels.parse(JSON.parse(row.acl)),
    ...(row.title === null ? {} : { title: row.title }),
    ...(row.source === null ? {} : { source: row.source }),
    ...(row.url === null ? {} : { url: row.url }),
  };
}
