import * as z from "#base/zod";

import type { SearchServices } from "#rag/rag-services";
import { searchResponseSchema, type SearchResponse } from "#rag/search-response";
import type { SearchCacheKey } from "#storage/search-cache";
import type { TenantId } from "#tenancy/tenant-id";

/** Larger results are not kept, in characters of JSON. */
const MAX_STORED_CHARACTERS = 4 * 1024 * 1024;
/**
 * Vectors become visible some time after their document. A result from that time is kept no longer than KV's shortest, so
 * that what it lacks is not lacking for long. Milliseconds, seconds.
 */
const SETTLING_MS = 30_000;
const SETTLING_TTL_SECONDS = 60;

const storedSearchSchema = z.object({
  tenantId: z.string(),
  corpusVersion: z.int(),
  /** Milliseconds since the Unix epoch. */
  storedAtMs: z.int(),
  /** What the search took, in milliseconds. */
  tookMs: z.number(),
  result: searchResponseSchema,
});

/** A result as it is kept. The tenant and the version are in its key; they are checked again when it is read. */
export type StoredSearch = z.output<typeof storedSearchSchema>;

/** Where a search's result is, or would be. */
export interface SearchPlace {
  readonly key: SearchCacheKey;
  readonly corpusVersion: number;
}

/** Reads a kept result: one read of KV. Whatever goes wrong, it is not there. */
export async function readStoredSearch(
  tenantId: TenantId,
  { cache }: Pick<SearchServices, "cache">,
  { key, corpusVersion }: SearchPlace,
): Promise<StoredSearch | undefined> {
  const value = await cache.store.get(tenantId, key).catch(() => undefined);
  const stored = storedSearchSchema.safeParse(value).data;
  return stored?.tenantId === tenantId && stored.corpusVersion === corpusVersion ? stored : undefined;
}

/**
 * Keeps a result, unless the documents have changed since the search began: what was deleted meanwhile must not be
 * written anew. Never throws; a result that is not kept costs the next search its time.
 */
export async function storeSearch(
  tenantId: TenantId,
  { cache, clock, documents }: Pick<SearchServices, "cache" | "clock" | "documents">,
  { key, corpusVersion }: SearchPlace,
  { result, tookMs, ttlSeconds }: Pick<StoredSearch, "result" | "tookMs"> & { readonly ttlSeconds: number },
): Promise<void> {
  try {
    if ((await documents.corpusVersion(tenantId)) !== corpusVersion) return;
    const stored: StoredSearch = { tenantId, corpusVersion, storedAtMs: clock.nowMs(), tookMs, result };
    const value = JSON.stringify(stored);
    if (value.length > MAX_STORED_CHARACTERS) return;
    const isSettling = cache.flights.ageOfVersion(tenantId, corpusVersion) < SETTLING_MS;
    await cache.store.put(tenantId, key, {
      docIds: result.sources.map(({ docId }) => docId),
      value,
      ttlSeconds: isSettling ? SETTLING_TTL_SECONDS : ttlSeconds,
    });
  } catch {
    // D1 or KV failed behind an answer that was given already.
  }
}

/** Whether a result is worth keeping: what failed in part may be whole the next time. */
export function isKeepable({ why }: SearchResponse): boolean {
  return !why.safety.blocked && why.stages.every(({ error }) => error === undefined);
}
