import { after, before, describe, it } from "node:test";

import { createD1DocumentStore } from "#storage/d1-document-store";
import { documentStoreContract } from "#storage/testing/document-store-contract";
import { startStorage, type TestStorage } from "#storage/testing/start-storage";
import { TEST_DIMENSIONS } from "#storage/testing/vector-store-contract";

const TABLES = ["documents", "chunks", "chunk_search", "vectors", "corpora"];

describe("the document store in D1", () => {
  let storage: TestStorage;
  before(async () => {
    storage = await startStorage({ dimensions: TEST_DIMENSIONS });
  });
  after(() => storage.dispose());

  for (const { name, run } of documentStoreContract) {
    it(name, async () => {
      await storage.database.batch(TABLES.map((table) => storage.database.prepare(`DELETE FROM ${table}`)));
      await run(createD1DocumentStore(storage.database));
    });
  }
});
