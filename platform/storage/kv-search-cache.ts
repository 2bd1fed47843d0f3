import * as z from "#base/zod";

import { sha256Hex } from "#base/digest";
import type { SearchCache } from "#storage/search-cache";
import { scopedKey } from "#tenancy/scoped-key";
import type { TenantId } from "#tenancy/tenant-id";

/** How long an edge may answer from its own copy, in seconds: the least KV takes, since "not there" is remembered as well. */
const EDGE_TTL_SECONDS = 30;
/** Hex digits of a document's id in an entry's metadata; two documents of one mark cost a result too much, never one too few. */
const MARK_DIGITS = 8;
/** Most marks of an entry: KV takes 1,024 bytes of metadata. Above it, the entry counts as holding every document. */
const MAX_MARKS = 90;
const EVERY_DOCUMENT = "*";
/** Deletes under way at once: a Worker may have six requests open. */
const PARALLEL_DELETES = 5;

const metadataSchema = z.object({ docs: z.string() });

/**
 * The cache in Workers KV, one key per result: `<tenant>:search-cache:<digest>`. Its metadata tells which documents a result
 * holds, so that deleting a document finds its results by listing, without reading any.
 * KV lists what was written up to a minute ago elsewhere perhaps not yet; such an entry ends with its `ttlSeconds`.
 */
export function createKvSearchCache(kv: KVNamespace): SearchCache {
  return {
    async get(tenantId, { digest }) {
      const value: unknown = await kv.get(keyOf(tenantId, digest), { type: "json", cacheTtl: EDGE_TTL_SECONDS });
      return value ?? undefined;
    },
    async put(tenantId, { digest }, { docIds, value, ttlSeconds }) {
      const marks = await Promise.all([...new Set(docIds)].map(markOf));
      const docs = marks.length > MAX_MARKS ? EVERY_DOCUMENT : marks.join(",");
      await kv.put(keyOf(tenantId, digest), value, { expirationTtl: ttlSeconds, metadata: { docs } });
    },
    async forgetDocument(tenantId, docId) {
      const mark = await markOf(docId);
      let forgotten = 0;
      for await (const names of listHolding(tenantId, kv, mark)) {
        for (let start = 0; start < names.length; start += PARALLEL_DELETES)
          await Promise.all(names.slice(start, start + PARALLEL_DELETES).map((name) => kv.delete(name)));
        forgotten += names.length;
      }
      return forgotten;
    },
  };
}

function keyOf(tenantId: TenantId, digest: string): string {
  return scopedKey(tenantId, "search-cache", digest);
}

async function markOf(docId: string): Promise<string> {
  return (await sha256Hex(docId)).slice(0, MARK_DIGITS);
}

/** Names of entries that hold a document, page by page. */
async function* listHolding(tenantId: TenantId, kv: KVNamespace, mark: string): AsyncGenerator<string[]> {
  let cursor: string | undefined;
  do {
    const page = await kv.list({ prefix: keyOf(tenantId, ""), ...(cursor === undefined ? {} : { cursor }) });
    yield page.keys.filter(({ metadata }) => isHolding(metadata, mark)).map(({ name }) => name);
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor !== undefined);
}

/** An entry whose metadata cannot be read is better deleted. */
function isHolding(metadata: unknown, mark: string): boolean {
  const docs = metadataSchema.safeParse(metadata).data?.docs;
  return docs === undefined || docs === EVERY_DOCUMENT || docs.split(",").includes(mark);
}
