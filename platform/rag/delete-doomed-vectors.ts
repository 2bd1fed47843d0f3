import type { RagServices } from "#rag/rag-services";
import type { TenantId } from "#tenancy/tenant-id";

type Stores = Pick<RagServices, "documents" | "vectors">;

/**
 * Deletes from Vectorize what documents no longer use, then forgets it: of some documents, or what interruptions left
 * of any. Safe to repeat at any point. Returns how many vectors were deleted.
 */
export async function deleteDoomedVectors(
  tenantId: TenantId,
  stores: Stores,
  docIds?: readonly string[],
): Promise<number> {
  const doomed = await stores.documents.listDoomedVectors(tenantId, docIds);
  await deleteListedVectors(tenantId, stores, doomed);
  return doomed.length;
}

/** Deletes doomed vectors that were listed before. */
export async function deleteListedVectors(
  tenantId: TenantId,
  { documents, vectors }: Stores,
  doomed: readonly string[],
): Promise<void> {
  if (doomed.length === 0) return;
  await vectors.deleteByIds(tenantId, doomed);
  await documents.forgetDoomedVectors(tenantId, doomed);
}
