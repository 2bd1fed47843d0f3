import type { KVNamespace } from "@cloudflare/workers-types";

import type { KeyValues, Metadata, StoredKey } from "#tools/tenant/kv/key-values";

/** The namespace of a runtime in this process. */
export function namespaceKeyValues(kv: Pick<KVNamespace, "get" | "put" | "delete" | "list">): KeyValues {
  return {
    async get(key) {
      return (await kv.get(key)) ?? undefined;
    },
    async put(key, value, metadata) {
      await kv.put(key, value, metadata === undefined ? {} : { metadata });
    },
    async delete(key) {
      await kv.delete(key);
    },
    async list(prefix) {
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
