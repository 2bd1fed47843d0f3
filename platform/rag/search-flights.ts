import type { Clock } from "#base/clock";
import type { SearchResponse } from "#rag/search-response";
import type { TenantId } from "#tenancy/tenant-id";

/** How long a search waits for an equal one before it sets out itself: the other's isolate may be gone. Milliseconds. */
const MAX_WAIT_MS = 30_000;
/** Tenants whose documents' version is remembered. */
const MAX_TENANTS = 1_000;

/** A search under way that equal ones may share. The first call of `land` or `fail` counts. */
export interface Flight {
  /** Hands the result to whoever waits, and to whoever comes before `end`. `undefined`: its caller left, the next may fly. */
  land(result: SearchResponse | undefined): void;
  fail(error: unknown): void;
  end(): void;
}

/** Either the result of an equal search, or a flight of one's own. */
export type Boarding =
  | { readonly landed: SearchResponse; readonly flight?: undefined }
  | { readonly landed?: undefined; readonly flight: Flight };

/** How a flight has ended. It rejects only when it never will: its request has ended before. */
interface Landing {
  readonly result?: SearchResponse | undefined;
  readonly error?: Error;
}

/**
 * Searches under way in this isolate, so that equal ones at the same time cost one. Make one per isolate and keep it.
 * Another isolate knows nothing of them; there, an equal search costs once more.
 */
export class SearchFlights {
  readonly #flights = new Map<string, Promise<Landing>>();
  readonly #versions = new Map<TenantId, { readonly version: number; readonly sinceMs: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits for an equal search, or opens a flight when there is none: land it or fail it, then end it. Throws what the
   * awaited search threw, or when the signal aborts. One that came to nothing is flown anew by the first who waited.
   */
  async board(tenantId: TenantId, digest: string, signal: AbortSignal | undefined): Promise<Boarding> {
    const key = JSON.stringify([tenantId, digest]);
    for (let other = this.#flights.get(key); other !== undefined; other = this.#flights.get(key)) {
      const landed = await withDeadline(other, signal);
      if (landed === "late") break;
      if (landed.error !== undefined) throw landed.error;
      if (landed.result !== undefined) return { landed: landed.result };
    }
    // No wait between the look and this: nobody else can have opened it.
    return { flight: this.#open(key) };
  }

  #open(key: string): Flight {
    const { promise, resolve } = Promise.withResolvers<Landing>();
    this.#flights.set(key, promise);
    const end = (): void => {
      if (this.#flights.get(key) === promise) this.#flights.delete(key);
    };
    return {
      land(result) {
        if (result === undefined) end();
        resolve({ result });
      },
      fail(error) {
        end();
        resolve({ error: error instanceof Error ? error : new Error("a search failed", { cause: error }) });
      },
      end,
    };
  }

  /** For how long this isolate has known this version of a tenant's documents, milliseconds. */
  ageOfVersion(tenantId: TenantId, version: number): number {
    const nowMs = this.#clock.nowMs();
    const known = this.#versions.get(tenantId);
    if (known?.version === version) return nowMs - known.sinceMs;
    this.#versions.delete(tenantId);
    if (this.#versions.size >= MAX_TENANTS) this.#versions.delete(this.#versions.keys().next().value ?? tenantId);
    this.#versions.set(tenantId, { version, sinceMs: nowMs });
    return 0;
  }
}

async function withDeadline(flight: Promise<Landing>, signal: AbortSignal | undefined): Promise<Landing | "late"> {
  signal?.throwIfAborted();
  const { promise: stopped, resolve, reject } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), MAX_WAIT_MS);
  const onAbort = (): void => reject(new Error("the caller left", { cause: signal?.reason }));
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([flight.catch(() => "late" as const), stopped]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
