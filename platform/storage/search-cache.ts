import type { TenantId } from "#tenancy/tenant-id";

/** What names a kept result within its tenant. */
export interface SearchCacheKey {
  /** SHA-256 over everything that decides the result, 64 hex digits. */
  readonly digest: string;
}

/** A result to keep. */
export interface SearchCacheEntry {
  /** Documents whose text is in it: deleting one of them deletes the entry. */
  readonly docIds: readonly string[];
  /** JSON text. */
  readonly value: string;
  /** At least 60. */
  readonly ttlSeconds: number;
}

/** Results of searches, kept for a while. The key holds the version of the documents, so an entry is never stale, only unreachable. */
export interface SearchCache {
  /** The JSON value, or `undefined`. One read. */
  get(tenantId: TenantId, key: SearchCacheKey): Promise<unknown>;
  put(tenantId: TenantId, key: SearchCacheKey, entry: SearchCacheEntry): Promise<void>;
  /** Deletes every entry that holds text of a document. Returns how many. */
  forgetDocument(tenantId: TenantId, docId: string): Promise<number>;
}
