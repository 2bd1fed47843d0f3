import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { createKvSearchCache } from "#storage/kv-search-cache";
import type { SearchCache } from "#storage/search-cache";
import { acme, acmeLabs } from "#storage/testing/make-replacement";
import { startStorage, type TestStorage } from "#storage/testing/start-storage";

const digest = (n: number): { digest: string } => ({ digest: n.toString(16).padStart(64, "0") });
const entry = (docIds: readonly string[], value = '{"answer":"yes"}') => ({ docIds, value, ttlSeconds: 60 });

describe("the search cache in KV", () => {
  let storage: TestStorage;
  let cache: SearchCache;
  before(async () => {
    storage = await startStorage({ dimensions: 32 });
    cache = createKvSearchCache(storage.kv);
  });
  after(() => storage.dispose());

  it("gives back what was put under the tenant's own key, and nothing else", async () => {
    await cache.put(acme, digest(1), entry(["a"]));
    assert.deepEqual(await cache.get(acme, digest(1)), { answer: "yes" });
    assert.equal(await cache.get(acme, digest(2)), undefined);
    assert.equal(await cache.get(acmeLabs, digest(1)), undefined);
    const { keys } = await storage.kv.list();
    assert.deepEqual(
      keys.map(({ name }) => name),
      [`acme:search-cache:${digest(1).digest}`],
    );
  });

  it("forgets every result with text of a document, of this tenant only, over several pages of keys", async () => {
    const inPages: Pick<KVNamespace, "list"> = { list: (options = {}) => storage.kv.list({ ...options, limit: 3 }) };
    const paged = createKvSearchCache(Object.assign(Object.create(storage.kv) as KVNamespace, inPages));
    for (let n = 10; n < 20; n++) await cache.put(acme, digest(n), entry(n % 2 === 0 ? ["gone"] : ["kept"]));
    const many = Array.from({ length: 100 }, (_, n) => `document-${n}`);
    await cache.put(acme, digest(5_000), entry(["kept", "gone"]));
    await cache.put(acme, digest(5_001), entry(many));
    await cache.put(acmeLabs, digest(5_002), entry(["gone"]));
    await storage.kv.put(`acme:search-cache:${digest(5_003).digest}`, "{}");

    assert.equal(await paged.forgetDocument(acme, "gone"), 5 + 3);
    assert.equal(await cache.get(acme, digest(5_000)), undefined);
    assert.equal(await cache.get(acme, digest(5_001)), undefined, "too many documents to tell");
    assert.notEqual(await cache.get(acme, digest(11)), undefined);
    assert.notEqual(await cache.get(acmeLabs, digest(5_002)), undefined);
    assert.equal(await cache.forgetDocument(acme, "gone"), 0);
  });
});
