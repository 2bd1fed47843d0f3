import { apiKeyRecordSchema, apiKeyStorageKey, type ApiKeyRecord } from "#auth/api-key";
import type { ApiKeyStore } from "#auth/authenticate";
import type { Clock } from "#base/clock";
import { defect } from "#base/errors";
import type { TenantId } from "#tenancy/tenant-id";

/**
 * How long an isolate trusts a key it has found, and how long KV's own edge cache may (its shortest setting):
 * together they bound how long a revoked key still works to 60 s.
 */
const TRUST_MS = 30_000;
const KV_CACHE_TTL_SECONDS = 30;

/** Keys remembered per isolate; the oldest go first. */
const MAX_REMEMBERED = 1_000;

interface Remembered {
  readonly record: ApiKeyRecord;
  readonly untilMs: number;
}

/**
 * Finds API keys in Workers KV. Found keys are remembered for `TRUST_MS`, under the whole tenant-scoped digest;
 * unknown ones are not, so a new key works at once and guesses cannot fill the memory. A record that cannot be read is a
 * defect, not an unknown key.
 */
export class KvApiKeys implements ApiKeyStore {
  readonly #kv: KVNamespace;
  readonly #clock: Clock;
  readonly #remembered = new Map<string, Remembered>();

  constructor(kv: KVNamespace, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  async find(tenantId: TenantId, key: string): Promise<ApiKeyRecord | undefined> {
    const storageKey = await apiKeyStorageKey(tenantId, key);
    const known = this.#remembered.get(storageKey);
    if (known !== undefined && known.untilMs > this.#clock.nowMs()) return known.record;
    this.#remembered.delete(storageKey);
    const stored: unknown = await this.#kv.get(storageKey, { type: "json", cacheTtl: KV_CACHE_TTL_SECONDS });
    if (stored === null) return undefined;
    const parsed = apiKeyRecordSchema.safeParse(stored);
    // Whose key this is cannot be told, and that is not the caller's fault.
    if (!parsed.success) throw defect("the stored record of an API key is damaged");
    this.#remember(storageKey, parsed.data);
    return parsed.data;
  }

  #remember(storageKey: string, record: ApiKeyRecord): void {
    if (this.#remembered.size >= MAX_REMEMBERED) {
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
    this.#remembered.set(storageKey, { record, untilMs: this.#clock.nowMs() + TRUST_MS });
  }
}
