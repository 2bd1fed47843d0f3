import { PlatformError } from "#base/errors";
import { deleteDoomedVectors } from "#rag/delete-doomed-vectors";
import type { DeleteDocumentResponse } from "#rag/documents-response";
import type { RagServices } from "#rag/rag-services";
import type { TenantId } from "#tenancy/tenant-id";

/**
 * Deletes a document with its chunks and vectors. It stops being searchable with the first step; a failure later is mended by repeating the call.
 * Errors: `not_found` when nothing of it is stored.
 */
export async function deleteDocument(
  tenantId: TenantId,
  services: Pick<RagServices, "documents" | "vectors">,
  docId: string,
): Promise<DeleteDocumentResponse> {
  const { chunks, existed } = await services.documents.removeDocument(tenantId, docId);
  if (!existed) throw new PlatformError("not_found", "There is no such document.");
  const vectors = await deleteDoomedVectors(tenantId, services, [docId]);
  return { docId, deleted: true, chunks, vectors };
}
