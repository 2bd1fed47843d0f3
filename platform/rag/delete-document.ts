import { PlatformError } from "#base/errors";
import { deleteDoomedVectors } from "#rag/delete-doomed-vectors";
import type { DeleteDocumentResponse } from "#rag/documents-response";
import type { SearchServices } from "#rag/rag-services";
import type { TenantId } from "#tenancy/tenant-id";

/**
 * Deletes a document with its chunks, vectors and kept search results. It stops being searchable with the first step, which
 * also ends every kept result of the tenant; a failure later is mended by repeating the call: vectors go last, and are what it is known by.
 * Errors: `not_found` when nothing of it is stored, or it is not meant for who asks.
 */
export async function deleteDocument(
  tenantId: TenantId,
  services: Pick<SearchServices, "documents" | "vectors" | "cache">,
  docId: string,
  acl: ReadonlySet<string>,
): Promise<DeleteDocumentResponse> {
  const { chunks, existed } = await services.documents.removeDocument(tenantId, docId, acl);
  if (!existed) throw new PlatformError("not_found", "There is no such document.");
  await services.cache.store.forgetDocument(tenantId, docId);
  const vectors = await deleteDoomedVectors(tenantId, services, [docId]);
  return { docId, deleted: true, chunks, vectors };
}
