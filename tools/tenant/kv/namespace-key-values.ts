import type { KVNamespace } from "@cloudflare/workers-types";

import type { KeyValues, Metadata, StoredKey } from "#tools/tenant/kv/key-values";

/**
 * The namespace of a runtime in this process. It is asked for at each call: a runtime that reloads makes the one before
 * useless.
 */
export function namespaceKeyValues(namespace: () => Promise<KVNamespace>): KeyValues {
  return {
    async get(key) {
      return (await (await namespace()).get(key)) ?? undefined;
    },
    async put(key, value, metadata) {
      await (await namespace()).put(key, value, metadata === undefined ? {} : { metadata });
    },
    async delete(key) {
      await (await namespace()).delete(key);
    },
    async list(prefix) {
      const kv = await namespace();
      const found: StoredKey[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await kv.list<Metadata>({ prefix, ...(cursor === undefined ? {} : { cursor }) });
        found.push(
          ...page.keys.map(({ name, metadata }) => ({ key: name, ...(metadata == null ? {} : { metadata }) })),
        );
        if (page.list_complete) return found;
        cursor = page.cursor;
      }
    },
  };
}
