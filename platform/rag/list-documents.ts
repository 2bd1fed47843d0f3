import { PlatformError } from "#base/errors";
import type { DocumentDetail, DocumentSummary, ListDocumentsResponse } from "#rag/documents-response";
import type { RagServices } from "#rag/rag-services";
import { mayRead } from "#storage/document-access";
import type { DocumentRecord } from "#storage/document-record";
import type { TenantId } from "#tenancy/tenant-id";

/** One page of those of a tenant's documents that a reader with these labels may see, by id. Errors: `invalid_request` for a cursor that this API did not give. */
export async function listDocuments(
  tenantId: TenantId,
  { documents }: Pick<RagServices, "documents">,
  page: { readonly limit: number; readonly cursor?: string },
  acl: ReadonlySet<string>,
): Promise<ListDocumentsResponse> {
  const { documents: records, nextCursor } = await documents.listDocuments(tenantId, page, acl);
  const readable = records.filter((record) => mayRead(record, acl));
  return { documents: readable.map(toSummary), ...(nextCursor === undefined ? {} : { nextCursor }) };
}

/** A document with its chunks in the order of the text. Errors: `not_found`, also for one that is not meant for the reader. */
export async function getDocument(
  tenantId: TenantId,
  { documents }: Pick<RagServices, "documents">,
  docId: string,
  acl: ReadonlySet<string>,
): Promise<DocumentDetail> {
  const [record, chunks] = await Promise.all([
    documents.findDocument(tenantId, docId, acl),
    documents.listChunks(tenantId, docId, acl),
  ]);
  if (record === undefined || !mayRead(record, acl)) throw new PlatformError("not_found", "There is no such document.");
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
