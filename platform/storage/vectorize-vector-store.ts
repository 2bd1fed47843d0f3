import * as z from "#base/zod";

import { defect } from "#base/errors";
import { assertTenantTag, hasTenantTag, tenantTag } from "#storage/vector-id";
import { MAX_VECTOR_MATCHES, type VectorMatch, type VectorStore } from "#storage/vector-store";
import type { TenantId } from "#tenancy/tenant-id";

/** Vectors per call from a Worker (developers.cloudflare.com/vectorize/platform/limits). */
const MAX_UPSERT_VECTORS = 1_000;
/** Ids per call. Not in the documentation; public projects quote the service's refusal of more. */
const MAX_DELETE_IDS = 100;
/** Largest topK with metadata (same limits page); above it, ids and scores only. */
const MAX_MATCHES_WITH_METADATA = 20;

/** How tenants are kept apart: a namespace each in one index, or an index each. */
export interface VectorizeOptions {
  readonly mode: "namespace" | "index";
  /** Length of the index's vectors. */
  readonly dimensions: number;
}

/** What is used of the binding. */
export type VectorIndex = Pick<Vectorize, "query" | "upsert" | "deleteByIds">;

/**
 * The vector store in Vectorize. In both modes each vector carries its tenant twice, in the id's tag and in the metadata,
 * and both are checked on the way out; in mode `namespace` a query asks its own namespace only.
 * Errors of Vectorize are passed on: they have no public text.
 */
export function createVectorizeVectorStore(index: VectorIndex, options: VectorizeOptions): VectorStore {
  return {
    async upsert(tenantId, vectors) {
      assertTenantTag(
        vectors.map(({ vectorId }) => vectorId),
        await tenantTag(tenantId),
      );
      for (const { values } of vectors) assertDimensions(values, options.dimensions);
      for (const batch of batches(vectors, MAX_UPSERT_VECTORS)) {
        await index.upsert(
          batch.map(({ vectorId, docId, values }) => ({
            id: vectorId,
            values: [...values],
            ...namespaceOf(tenantId, options),
            metadata: { tenantId, docId, chunkId: vectorId },
          })),
        );
      }
    },
    async query(tenantId, values, limit) {
      assertDimensions(values, options.dimensions);
      const topK = Math.min(Math.max(1, limit), MAX_VECTOR_MATCHES);
      const withMetadata = topK <= MAX_MATCHES_WITH_METADATA;
      const { matches } = await index.query([...values], {
        topK,
        ...namespaceOf(tenantId, options),
        returnMetadata: withMetadata ? "all" : "none",
      });
      return ownMatches(tenantId, await tenantTag(tenantId), matches, withMetadata);
    },
    async deleteByIds(tenantId, vectorIds) {
      assertTenantTag(vectorIds, await tenantTag(tenantId));
      for (const batch of batches(vectorIds, MAX_DELETE_IDS)) await index.deleteByIds([...batch]);
    },
  };
}

function namespaceOf(tenantId: TenantId, { mode }: VectorizeOptions): { namespace?: string } {
  return mode === "namespace" ? { namespace: tenantId } : {};
}

const ownerSchema = z.object({ tenantId: z.string() });

/** Drops what is not the tenant's, by the id always and by the metadata where it was asked for. */
function ownMatches(
  tenantId: TenantId,
  tag: string,
  matches: readonly VectorizeMatch[],
  withMetadata: boolean,
): VectorMatch[] {
  return matches
    .filter(
      (match) =>
        hasTenantTag(match.id, tag) &&
        (!withMetadata || ownerSchema.safeParse(match.metadata).data?.tenantId === tenantId),
    )
    .map(({ id, score }) => ({ vectorId: id, score }));
}

function assertDimensions(values: readonly number[], dimensions: number): void {
  if (values.length === dimensions) return;
  throw defect(
    `a vector has ${values.length} dimensions, the index ${dimensions}: vectorize.dimensions must fit the embedding model`,
  );
}

function* batches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
