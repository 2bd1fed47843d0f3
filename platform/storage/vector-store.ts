import type { TenantId } from "#tenancy/tenant-id";

/** Most matches of one query. */
export const MAX_VECTOR_MATCHES = 100;

/** A vector to be stored. `vectorId` comes from `makeVectorId` of the same tenant. */
export interface StoredVector {
  readonly vectorId: string;
  readonly docId: string;
  /** As many numbers as the index has dimensions. */
  readonly values: readonly number[];
}

export interface VectorMatch {
  readonly vectorId: string;
  /** As the index's metric gives it; greater is nearer for cosine and dot product. */
  readonly score: number;
}

/**
 * Nearest neighbours. Writes become visible later, up to a few seconds: a match says that a vector existed,
 * the document store says whether its chunk still does.
 */
export interface VectorStore {
  /** Writes vectors, replacing those of the same id. Errors: `internal` for an id of another tenant or a wrong dimension. */
  upsert(tenantId: TenantId, vectors: readonly StoredVector[]): Promise<void>;
  /** The nearest vectors of this tenant, best first. `limit` 1 to 100. */
  query(tenantId: TenantId, values: readonly number[], limit: number): Promise<readonly VectorMatch[]>;
  /** Unknown ids are fine. Errors: `internal` for an id of another tenant. */
  deleteByIds(tenantId: TenantId, vectorIds: readonly string[]): Promise<void>;
}
