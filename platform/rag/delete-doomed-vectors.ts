import type { RagServices } from "#rag/rag-services";
import type { TenantId } from "#tenancy/tenant-id";

/**
 * Deletes from Vectorize what documents no longer use, then forgets it. Safe to repeat at any point.
 * Returns how many vectors were deleted.
 */
export async function deleteDoomedVectors(
  tenantId: TenantId,
  { documents, vectors }: Pick<RagServices, "documents" | "vectors">,
  docIds: readonly string[],
): Promise<number> {
  const doomed = await documents.listDoomedVectors(tenantId, docIds);
  if (doomed.length === 0) return 0;
  await vectors.deleteByIds(tenantId, doomed);
  await documents.forgetDoomedVectors(tenantId, doomed);
  return doomed.length;
}
