import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { apiKeyStorageKey, apiKeyStoragePrefix } from "#auth/api-key";
import { sessionObjectName } from "#chat/session-name";
import { recordName } from "#idempotency/record-name";
import { quotaObjectName } from "#limits/quota-object-name";
import { metricsObjectName } from "#metrics/metrics-object-name";
import { activePromptsKey, promptVersionPrefix } from "#settings/prompt-version";
import { settingsKey } from "#settings/settings-document";
import { createD1DocumentStore } from "#storage/d1-document-store";
import { acme, acmeLabs } from "#storage/testing/make-replacement";
import { startStorage, type TestStorage } from "#storage/testing/start-storage";
import { TEST_DIMENSIONS } from "#storage/testing/vector-store-contract";
import { makeVectorId } from "#storage/vector-id";
import { createVectorizeVectorStore } from "#storage/vectorize-vector-store";
import { STORAGE_CALLS } from "#tests/security/storage-calls";
import {
  createStores,
  fill,
  fillRows,
  IDS,
  KEY,
  NEIGHBOURS_WORD,
  NO_LABELS,
  OWN_WORD,
  settled,
  type Stores,
  VALUES,
  vectorIdOf,
} from "#tests/security/stores";
import { tenantOfKey } from "#tenancy/scoped-key";
import type { TenantId } from "#tenancy/tenant-id";

const TABLES = [
  ...["documents", "chunks", "vectors", "corpora", "sessions", "audit_records", "audit_heads"],
  ...["ingest_jobs", "ingest_job_documents", "ingest_job_texts"],
];

/** Calls of what lies in KV. */
const IN_KV = /^(cache|values|speech|apiKeys)\./;

/** Calls that change nothing share their stores. */
const READS = /\.(find|list|get|query|search|corpusVersion)/;

/**
 * Non-interference: with the very same ids, a tenant gets from each function of each adapter what it would get if the other
 * one did not exist, and nothing of the other one changes. The other one came first, so a row without its tenant is found first.
 */
describe("the walls of storage", () => {
  let storage: TestStorage;
  let stores: Stores;
  let cells = 0;
  let hasKeys = false;
  before(async () => {
    storage = await startStorage({ dimensions: TEST_DIMENSIONS });
    stores = createStores(storage);
  });
  after(async () => {
    console.log(`walls of storage: ${cells} cells`);
    await storage.dispose();
  });

  it("has a call of each function of each adapter", () => {
    const called = new Set([...STORAGE_CALLS.keys()].map((name) => name.split(" ")[0]));
    for (const [store, adapter] of Object.entries(stores)) {
      const own =
        Object.getPrototypeOf(adapter) === Object.prototype ? adapter : (Object.getPrototypeOf(adapter) as object);
      for (const name of Object.getOwnPropertyNames(own))
        assert.ok(
          name === "constructor" || called.has(`${store}.${name}`),
          `${store}.${name} is not tried across tenants: add a call of it to STORAGE_CALLS in tests/security/storage-calls.ts`,
        );
    }
  });

  const all = [...STORAGE_CALLS];
  const readers = all.filter(([name]) => READS.test(name));
  const rounds = [readers, ...all.filter(([name]) => !READS.test(name)).map((call) => [call])];
  for (const calls of rounds) {
    it(calls.map(([name]) => name).join(", "), async () => {
      hasKeys = calls.some(([name]) => IN_KV.test(name));
      await wipe();
      await fillFor(acmeLabs, OWN_WORD);
      const alone = [];
      for (const [, call] of calls) alone.push(await learn(call));
      const aloneAfter = await dump(acmeLabs);
      await wipe();
      await fillFor(acme, NEIGHBOURS_WORD);
      const before = await dump(acme);
      await fillFor(acmeLabs, OWN_WORD);
      for (const [at, [name, call]] of calls.entries()) {
        cells++;
        assert.deepEqual(await learn(call), alone[at], `${name} learns of its neighbour`);
      }
      assert.deepEqual(await dump(acme), before, "the neighbour's has changed");
      assert.deepEqual(await dump(acmeLabs), aloneAfter, "the neighbour's changes what is stored");
    });
  }

  it("names and keys begin with their tenant, whatever they are of", async () => {
    const address = { principalId: IDS.principalId, route: "/chat", keyDigest: "0".repeat(64) };
    for (const tenantId of [acme, acmeLabs]) {
      const names = [
        sessionObjectName(tenantId, IDS.sessionId),
        quotaObjectName(tenantId),
        recordName(tenantId, address),
        settingsKey(tenantId),
        metricsObjectName(tenantId),
        activePromptsKey(tenantId),
        promptVersionPrefix(tenantId, "system"),
        apiKeyStoragePrefix(tenantId),
        await apiKeyStorageKey(tenantId, "key"),
      ];
      for (const name of names) {
        cells++;
        assert.equal(tenantOfKey(name), tenantId, name);
      }
    }
  });

  it("what lies in KV begins with its tenant, and is found again", async () => {
    await wipe();
    await fill(acmeLabs, storage, stores, OWN_WORD);
    const { keys } = await storage.kv.list();
    for (const { name } of keys) assert.equal(tenantOfKey(name), acmeLabs, name);
    const { values, speech, cache } = stores;
    const part = { jobId: IDS.jobId, part: 0 };
    assert.deepEqual(
      [
        await values.get(acmeLabs, IDS.valueKey),
        (await speech.getJob(acmeLabs, IDS.jobId))?.format,
        (await speech.getPart(acmeLabs, part))?.byteLength,
        await cache.get(acmeLabs, IDS.cacheKey),
      ],
      [OWN_WORD, OWN_WORD, OWN_WORD.length, { word: OWN_WORD }],
    );
  });

  it("drops a chunk of another tenant that a statement has let through", async () => {
    await wipe();
    await fill(acme, storage, stores, NEIGHBOURS_WORD);
    for (const read of [
      (of: TenantId, database: D1Database) =>
        createD1DocumentStore(database).searchText(of, "turbine", 10, { filter: {}, acl: NO_LABELS }),
      (of: TenantId, database: D1Database) => createD1DocumentStore(database).findChunks(of, [IDS.chunkId], NO_LABELS),
    ]) {
      cells++;
      let rows: unknown[] = [];
      const seen = await read(
        acme,
        watching(storage.database, (results) => (rows = results)),
      );
      assert.ok(seen.length > 0 && rows.length > 0);
      const leaking = { prepare: () => ({ bind: () => ({ all: () => Promise.resolve({ results: rows }) }) }) };
      assert.deepEqual(await read(acmeLabs, leaking as unknown as D1Database), []);
    }
  });

  it("drops a vector of another tenant that an index without namespaces has found: by its id, and by its metadata", async () => {
    const options = { mode: "namespace", dimensions: TEST_DIMENSIONS } as const;
    const [own, foreign] = [await vectorIdOf(acmeLabs), await vectorIdOf(acme)];
    for (const [id, tenantId, limit, count] of [
      [own, acmeLabs, 20, 1],
      [foreign, acmeLabs, 20, 0],
      [own, acme, 20, 0],
      [foreign, acme, 100, 0],
    ] as const) {
      cells++;
      const matches = [{ id, score: 1, metadata: { tenantId, docId: IDS.docId } }];
      const leaking = { query: () => Promise.resolve({ matches, count: 1 }) } as unknown as Vectorize;
      const found = await createVectorizeVectorStore(leaking, options).query(acmeLabs, VALUES, limit);
      assert.equal(found.length, count, `${id} ${tenantId}`);
    }
    const vectorId = await makeVectorId(acme, { docId: "new", version: 1, index: 0, embeddingHash: "hash" });
    const vector = { vectorId, docId: "new", values: VALUES };
    await assert.rejects(stores.vectors.upsert(acmeLabs, [vector]), { code: "internal" });
    await assert.rejects(stores.vectors.deleteByIds(acmeLabs, [vectorId]), { code: "internal" });
  });

  /** KV is filled for calls of what lies there only: each value takes a call of its own. */
  const fillFor = (tenantId: TenantId, word: string): Promise<void> =>
    hasKeys ? fill(tenantId, storage, stores, word) : fillRows(tenantId, stores, word);

  /** What a call tells, or the code of what it throws. */
  async function learn(call: (tenantId: TenantId, stores: Stores) => Promise<unknown>): Promise<unknown> {
    const told = await call(acmeLabs, { ...stores, apiKeys: createStores(storage).apiKeys });
    await settled();
    return JSON.parse(JSON.stringify(told ?? null)) as unknown;
  }

  async function wipe(): Promise<void> {
    const { database, kv } = storage;
    await database.batch([...TABLES, "chunk_search"].map((table) => database.prepare(`DELETE FROM ${table}`)));
    for (const { name } of (await kv.list()).keys) await kv.delete(name);
    for (const tenantId of [acme, acmeLabs]) await stores.vectors.deleteByIds(tenantId, [await vectorIdOf(tenantId)]);
  }

  /** Everything stored of a tenant. */
  async function dump(tenantId: TenantId): Promise<unknown> {
    const { database } = storage;
    const selects = TABLES.map((table) =>
      database.prepare(`SELECT * FROM ${table} WHERE tenant_id = ?1`).bind(tenantId),
    );
    const indexed = database
      .prepare("SELECT tenant, title, context, text FROM chunk_search WHERE chunk_search MATCH ?1")
      .bind(`tenant : "t${hex(tenantId)}x0"`);
    const stored = await database.batch<Record<string, unknown>>([...selects, indexed]);
    const rows = stored.map(({ results }) => results.map(({ row_id: _, ...row }) => row));
    return [rows, hasKeys ? await dumpKeys(tenantId) : [], await stores.vectors.query(tenantId, VALUES, 20)];
  }

  /** By the names, and by the adapters: what lies under another name than it should is in the latter only. */
  async function dumpKeys(tenantId: TenantId): Promise<unknown> {
    const { keys } = await storage.kv.list({ prefix: `${tenantId}:` });
    const { apiKeys, cache, values } = createStores(storage);
    return [
      await Promise.all(keys.map(async ({ name }) => [name, await storage.kv.get(name)])),
      await apiKeys.find(tenantId, KEY),
      await cache.get(tenantId, IDS.cacheKey),
      await values.get(tenantId, IDS.valueKey),
    ];
  }
});

function hex(text: string): string {
  return Array.from(text, (unit) => unit.charCodeAt(0).toString(16)).join("");
}

/** The database, telling the rows that it gives. */
function watching(database: D1Database, tell: (rows: unknown[]) => void): D1Database {
  const statement = (of: D1PreparedStatement) => ({
    bind: (...values: unknown[]) => statement(of.bind(...values)),
    async all() {
      const result = await of.all();
      tell(result.results);
      return result;
    },
  });
  return { prepare: (sql: string) => statement(database.prepare(sql)) } as unknown as D1Database;
}
