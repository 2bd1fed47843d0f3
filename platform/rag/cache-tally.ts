import type { CacheReport } from "#rag/search-response";
import type { TenantId } from "#tenancy/tenant-id";

/** Tenants that are counted; the one counted first goes first. */
const MAX_TENANTS = 1_000;

/** How searches of a tenant fared with the cache. */
export interface CacheCounts {
  /** All that asked the cache, or would have if tenant and caller had let them. */
  readonly searches: number;
  readonly stored: number;
  readonly inFlight: number;
  readonly misses: number;
  readonly bypassed: number;
  /** Share of hits among hits and misses, 0 to 1; 0 before the first. */
  readonly hitRate: number;
  /** What the searches took that hits stand for, milliseconds. */
  readonly savedMs: number;
  readonly savedTokens: number;
}

type Tally = Record<Exclude<keyof CacheCounts, "hitRate">, number>;

/** Counts hits and misses of one isolate, since it started. Make one per isolate and keep it. */
export class CacheTally {
  readonly #tallies = new Map<TenantId, Tally>();

  count(tenantId: TenantId, { reason, savedMs = 0, savedTokens = 0 }: CacheReport): void {
    const tally = this.#tallyOf(tenantId);
    tally.searches++;
    if (reason === "stored") tally.stored++;
    else if (reason === "in_flight") tally.inFlight++;
    else if (reason === "miss") tally.misses++;
    else if (reason === "bypassed") tally.bypassed++;
    tally.savedMs += savedMs;
    tally.savedTokens += savedTokens;
  }

  of(tenantId: TenantId): CacheCounts {
    const tally = this.#tallies.get(tenantId) ?? empty();
    const hits = tally.stored + tally.inFlight;
    const asked = hits + tally.misses;
    return { ...tally, hitRate: asked === 0 ? 0 : Math.round((hits / asked) * 1_000) / 1_000 };
  }

  #tallyOf(tenantId: TenantId): Tally {
    const known = this.#tallies.get(tenantId);
    if (known !== undefined) return known;
    if (this.#tallies.size >= MAX_TENANTS) this.#tallies.delete(this.#tallies.keys().next().value ?? tenantId);
    const tally = empty();
    this.#tallies.set(tenantId, tally);
    return tally;
  }
}

function empty(): Tally {
  return { searches: 0, stored: 0, inFlight: 0, misses: 0, bypassed: 0, savedMs: 0, savedTokens: 0 };
}
