import { PlatformError } from "#base/errors";
import type { DocumentDetail, DocumentSummary, ListDocumentsResponse } from "#rag/documents-response";
import type { RagServices } from "#rag/rag-services";
import type { DocumentRecord } from "#storage/document-record";
import type { TenantId } from "#tenancy/tenant-id";

/** One page of a tenant's documents, by id. Errors: `invalid_request` for a cursor that this API did not give. */
export async function listDocuments(
  tenantId: TenantId,
  { documents }: Pick<RagServices, "documents">,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<ListDocumentsResponse> {
  const { documents: records, nextCursor } = await documents.listDocuments(tenantId, page);
  return { documents: records.map(toSummary), ...(nextCursor === undefined ? {} : { nextCursor }) };
}

/** A document with its chunks in the order of the text. Errors: `not_found`. */
export async function getDocument(
  tenantId: TenantId,
  { documents }: Pick<RagServices, "documents">,
  docId: string,
): Promise<DocumentDetail> {
  const [record, chunks] = await Promise.all([
    documents.findDocument(tenantId, docId),
    documents.listChunks(tenantId, docId),
  ]);
  if (record === undefined) throw new PlatformError("not_found", "There is no such document.");
  return {
    ...toSummary(record),
    chunks: chunks.map(({ chunkId, index, context, text, start, end, startByte, endByte }) => ({
      chunkId,
      index,
      context,
      text,
      start,
      end,
      startByte,
      endByte,
    })),
  };
}

function toSummary(record: DocumentRecord): DocumentSummary {
  const { docId, version, title, source, url, metadata, acl, chunks, bytes, contentHash, updatedAtMs } = record;
  return {
    docId,
    version,
    ...(title === undefined ? {} : { title }),
    ...(source === undefined ? {} : { source }),
    ...(url === undefined ? {} : { url }),
    metadata,
    acl: [...acl],
    chunks,
    bytes,
    contentHash,
    updatedAt: new Date(updatedAtMs).toISOString(),
  };
}
