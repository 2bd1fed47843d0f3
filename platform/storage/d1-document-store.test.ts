import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { createD1DocumentStore } from "#storage/d1-document-store";
import { documentAccessContract } from "#storage/testing/document-access-contract";
import { documentNeighboursContract } from "#storage/testing/document-neighbours-contract";
import { documentStoreContract } from "#storage/testing/document-store-contract";
import { acme, acmeLabs, makeReplacement, noLabels } from "#storage/testing/make-replacement";
import { applyMigration, startStorage, type TestStorage } from "#storage/testing/start-storage";
import { TEST_DIMENSIONS } from "#storage/testing/vector-store-contract";

const TABLES = ["documents", "chunks", "chunk_search", "vectors", "corpora"];

describe("the document store in D1", () => {
  let storage: TestStorage;
  before(async () => {
    storage = await startStorage({ dimensions: TEST_DIMENSIONS });
  });
  beforeEach(async () => {
    await storage.database.batch(TABLES.map((table) => storage.database.prepare(`DELETE FROM ${table}`)));
  });
  after(() => storage.dispose());

  for (const { name, run } of [...documentStoreContract, ...documentAccessContract, ...documentNeighboursContract])
    it(name, () => run(createD1DocumentStore(storage.database)));

  it("neighbours: the database itself gives only the tenant's own rows, before the store looks at them again", async () => {
    for (const tenantId of [acme, acmeLabs])
      await createD1DocumentStore(storage.database).replaceDocuments(tenantId, [
        makeReplacement({ texts: ["turbine"] }),
      ]);
    const given: unknown[] = [];
    const documents = createD1DocumentStore(tellRows(storage.database, given));
    assert.equal((await documents.findChunks(acmeLabs, ["guide-1-0"], noLabels)).length, 1);
    assert.equal((await documents.searchText(acmeLabs, "turbine", 9, { filter: {}, acl: noLabels })).length, 1);
    assert.equal(given.length, 2);
  });

  it("labels: documents from before they were enforced are found by those they are meant for, and nobody else", async () => {
    const documents = createD1DocumentStore(storage.database);
    const labels = ["team:legal", "a/B@c.d-e_f"];
    await documents.replaceDocuments(acme, [
      makeReplacement({ docId: "open", title: "Hall", texts: ["turbine"] }),
      makeReplacement({ docId: "closed", texts: ["turbine"], acl: labels }),
    ]);
    await documents.replaceDocuments(acmeLabs, [makeReplacement({ texts: ["turbine"] })]);
    await storage.database.prepare("DELETE FROM chunk_search").run();
    await applyMigration(storage.database, "0006_document_access.sql");
    const found = async (query: string, ...acl: string[]): Promise<string[]> =>
      (await documents.searchText(acme, query, 10, { filter: {}, acl: new Set(acl) }))
        .map(({ chunk }) => chunk.docId)
        .sort();
    assert.deepEqual(await found("turbine"), ["open"]);
    assert.deepEqual(await found("hall"), ["open"]);
    for (const label of labels) assert.deepEqual(await found("turbine", label), ["closed", "open"]);
    assert.equal((await documents.searchText(acmeLabs, "turbine", 9, { filter: {}, acl: noLabels })).length, 1);
  });
});

/** The database, telling each row that it gives. */
function tellRows(database: D1Database, given: unknown[]): D1Database {
  const statement = (of: D1PreparedStatement) => ({
    bind: (...values: unknown[]) => statement(of.bind(...values)),
    async all() {
      const result = await of.all();
      given.push(...result.results);
      return result;
    },
  });
  return { prepare: (sql: string) => statement(database.prepare(sql)) } as unknown as D1Database;
}
