import type { SearchServices } from "#rag/rag-services";
import { searchCacheKey, type SearchIdentity } from "#rag/search-cache-key";
import type { SearchEvent } from "#rag/search-event";
import type { Flight } from "#rag/search-flights";
import type { CacheReport, SearchResponse } from "#rag/search-response";
import { NO_USAGE } from "#rag/search-result";
import { isKeepable, readStoredSearch, storeSearch, type SearchPlace } from "#rag/stored-search";
import type { TenantId } from "#tenancy/tenant-id";

/** A search that the cache may answer. */
export interface CacheableSearch extends Omit<SearchIdentity, "corpusVersion"> {
  /** The caller wants a fresh result; it is kept for others. */
  readonly isBypassed: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * The events of a search, from the cache if it has them: then no model is called, KV is read once at most. Else `compute`
 * runs; an equal search that starts meanwhile in this isolate gets its result. What failed in part is shared, not kept.
 *
 * Errors: those of `compute`. A cache that fails is a miss.
 */
export async function* cachedSearch(
  tenantId: TenantId,
  services: SearchServices,
  search: CacheableSearch,
  compute: () => AsyncIterable<SearchEvent>,
): AsyncGenerator<SearchEvent, void, undefined> {
  const startMs = services.clock.nowMs();
  if (!search.settings.cache.enabled) {
    yield* withReport(compute(), { hit: false, reason: "disabled" });
    return;
  }
  const place = await findPlace(tenantId, services, search);
  if (place === undefined) {
    yield* withReport(compute(), { hit: false, reason: "unavailable" });
    return;
  }
  const { landed, flight } = await services.cache.flights.board(tenantId, place.key.digest, search.signal);
  if (landed !== undefined) {
    yield* replay(landed, { hit: true, reason: "in_flight", ageSeconds: 0, savedTokens: landed.usage.totalTokens });
    return;
  }
  yield* fly(flight, search.signal, async function* () {
    const stored = search.isBypassed ? undefined : await readStoredSearch(tenantId, services, place);
    const nowMs = services.clock.nowMs();
    if (stored !== undefined) {
      flight.land(stored.result);
      flight.end();
      const ageSeconds = Math.max(0, Math.round((nowMs - stored.storedAtMs) / 1_000));
      const savedMs = Math.max(0, stored.tookMs - (nowMs - startMs));
      const savedTokens = stored.result.usage.totalTokens;
      yield* replay(stored.result, { hit: true, reason: "stored", ageSeconds, savedMs, savedTokens });
      return;
    }
    const reason = search.isBypassed ? "bypassed" : "miss";
    for await (const event of withReport(compute(), { hit: false, reason })) {
      if (event.type === "done") keep(tenantId, services, search, { place, flight, startMs }, event.result);
      yield event;
    }
  });
}

/** The key of a search now; `undefined` when the version of the documents cannot be told. */
async function findPlace(
  tenantId: TenantId,
  { documents }: SearchServices,
  search: CacheableSearch,
): Promise<SearchPlace | undefined> {
  const corpusVersion = await documents.corpusVersion(tenantId).catch(() => undefined);
  if (corpusVersion === undefined) return undefined;
  return { corpusVersion, key: await searchCacheKey({ ...search, corpusVersion }) };
}

/** Whatever becomes of a flight's events: who waits for it hears of it. */
async function* fly(
  flight: Flight,
  signal: AbortSignal | undefined,
  events: () => AsyncIterable<SearchEvent>,
): AsyncGenerator<SearchEvent, void, undefined> {
  try {
    yield* events();
  } catch (error) {
    // The model's call was cancelled for a caller who left: no reason for the others to fail.
    if (signal?.aborted !== true) flight.fail(error);
    throw error;
  } finally {
    // Of no effect after a landing; else the reader has left.
    flight.land(undefined);
  }
}

/** Hands a result to who waits for it, and stores it behind the answer. It is shared until it can be read. */
function keep(
  tenantId: TenantId,
  services: SearchServices,
  { settings }: CacheableSearch,
  { place, flight, startMs }: { readonly place: SearchPlace; readonly flight: Flight; readonly startMs: number },
  result: SearchResponse,
): void {
  flight.land(result);
  if (!isKeepable(result)) {
    flight.end();
    return;
  }
  const tookMs = services.clock.nowMs() - startMs;
  const { ttlSeconds } = settings.cache;
  const stored = storeSearch(tenantId, services, place, { result, tookMs, ttlSeconds });
  services.cache.waitUntil(stored.finally(() => flight.end()));
}

async function* withReport(
  events: AsyncIterable<SearchEvent>,
  cache: CacheReport,
): AsyncGenerator<SearchEvent, void, undefined> {
  for await (const event of events)
    yield event.type === "done" ? { ...event, result: about(event.result, cache) } : event;
}

/** The events of a result that is there already, in the order of a search. Nothing was spent on it now. */
function* replay(kept: SearchResponse, cache: CacheReport): Generator<SearchEvent, void, undefined> {
  const result = { ...about(kept, cache), usage: NO_USAGE };
  yield { type: "sources", sources: result.sources };
  // Only mode `retrieve` answers nothing.
  if (result.answer !== "") {
    yield { type: "message", content: result.answer };
    for (const citation of result.citations) yield { type: "citation", citation };
    yield { type: "follow_ups", followUps: result.followUps };
  }
  yield { type: "done", result };
}

function about(result: SearchResponse, cache: CacheReport): SearchResponse {
  return { ...result, why: { ...result.why, cache } };
}
