import type { KeyValues, Metadata } from "#tools/tenant/kv/key-values";

/** A namespace in memory, for tests of what uses one; it passes the same tests as the others. */
export function memoryKeyValues(): KeyValues {
  const stored = new Map<string, { value: string; metadata: Metadata | undefined }>();
  return {
    get: (key) => Promise.resolve(stored.get(key)?.value),
    put(key, value, metadata) {
      stored.set(key, { value, metadata });
      return Promise.resolve();
    },
    delete(key) {
      stored.delete(key);
      return Promise.resolve();
    },
    list(prefix) {
      const found = [...stored].filter(([key]) => key.startsWith(prefix)).toSorted(([a], [b]) => (a < b ? -1 : 1));
      return Promise.resolve(
        found.map(([key, { metadata }]) => ({ key, ...(metadata === undefined ? {} : { metadata }) })),
      );
    },
  };
}
