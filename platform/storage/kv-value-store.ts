import type { ValueStore } from "#storage/value-store";
import { scopedKey } from "#tenancy/scoped-key";

/** Values in Workers KV, under `<tenant>:value:<key>`: no key of a caller leads to another tenant's or to the platform's own. */
export function createKvValueStore(kv: KVNamespace): ValueStore {
  return {
    async get(tenantId, key) {
      return (await kv.get(scopedKey(tenantId, "value", key))) ?? undefined;
    },
  };
}
