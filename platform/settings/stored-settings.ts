import { activePromptsKey, promptVersionKey, type PromptName } from "#settings/prompt-version";
import { settingsKey } from "#settings/settings-document";
import type { TenantId } from "#tenancy/tenant-id";

/**
 * How long KV's edge may answer from its own cache: the shortest it can be told, in seconds
 * (developers.cloudflare.com/kv/api/read-key-value-pairs). That a key is not there is remembered for as long.
 */
export const EDGE_CACHE_SECONDS = 30;

/** The part of a KV namespace that settings need: several texts in one operation. */
export interface SettingsKv {
  get(
    keys: string[],
    options: { readonly type: "text"; readonly cacheTtl: number },
  ): Promise<Map<string, string | null>>;
}

/** What is stored of a tenant, unchecked. `null` where nothing is. */
export interface StoredTexts {
  readonly settings: string | null;
  /** Which version of each prompt is active. */
  readonly activePrompts: string | null;
}

/** Reads what was set at run time out of KV. Rejects when KV does. */
export class StoredSettings {
  readonly #kv: SettingsKv;

  constructor(kv: SettingsKv) {
    this.#kv = kv;
  }

  /** Settings and pointers, in one operation. */
  async readCurrent(tenantId: TenantId): Promise<StoredTexts> {
    const keys = { settings: settingsKey(tenantId), activePrompts: activePromptsKey(tenantId) };
    const texts = await this.#read([keys.settings, keys.activePrompts]);
    return { settings: texts.get(keys.settings) ?? null, activePrompts: texts.get(keys.activePrompts) ?? null };
  }

  async readPromptText(tenantId: TenantId, name: PromptName, digest: string): Promise<string | null> {
    const key = promptVersionKey(tenantId, name, digest);
    return (await this.#read([key])).get(key) ?? null;
  }

  #read(keys: string[]): Promise<Map<string, string | null>> {
    return this.#kv.get(keys, { type: "text", cacheTtl: EDGE_CACHE_SECONDS });
  }
}
