import type { SettingsKv } from "#settings/stored-settings";

/** How reads go. */
export interface KvFault {
  readonly how: "no" | "throw" | "hang" | "late";
  readonly lateMs: number;
}

interface Cached {
  readonly text: string | null;
  readonly untilMs: number;
}

/**
 * A real namespace as a distant location sees it: each key, also one that is not there, is remembered for the `cacheTtl` of its
 * read, by the clock of the test. The local runtime has no such cache. Reads can be made to fail.
 */
export class EdgeKv implements SettingsKv {
  readonly #kv: KVNamespace;
  readonly #nowMs: () => number;
  readonly #cache = new Map<string, Cached>();
  readonly reads: string[][] = [];
  fault: KvFault = { how: "no", lateMs: 0 };

  constructor(kv: KVNamespace, nowMs: () => number) {
    this.#kv = kv;
    this.#nowMs = nowMs;
  }

  async get(
    keys: string[],
    options: { readonly type: "text"; readonly cacheTtl: number },
  ): Promise<Map<string, string | null>> {
    this.reads.push(keys);
    const { how, lateMs } = this.fault;
    if (how === "throw") throw new Error("KV is down, as the test wants");
    if (how === "hang") await new Promise(() => undefined);
    if (how === "late") await new Promise((resolve) => setTimeout(resolve, lateMs));
    const nowMs = this.#nowMs();
    const missing = keys.filter((key) => (this.#cache.get(key)?.untilMs ?? 0) <= nowMs);
    if (missing.length > 0) {
      for (const [key, text] of await this.#kv.get(missing, options))
        this.#cache.set(key, { text, untilMs: nowMs + options.cacheTtl * 1_000 });
    }
    return new Map(keys.map((key) => [key, this.#cache.get(key)?.text ?? null]));
  }
}
