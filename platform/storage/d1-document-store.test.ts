import { after, before } from "node:test";

import { createD1DocumentStore } from "#storage/d1-document-store";
import { describeDocumentStore } from "#storage/testing/document-store.contract";
import { startStorage, type TestStorage } from "#storage/testing/start-storage";

const TABLES = ["documents", "chunks", "chunk_search", "vectors", "corpora"];

let storage: TestStorage;
before(async () => {
  storage = await startStorage();
});
after(() => storage.dispose());

describeDocumentStore("D1", async () => {
  await storage.database.batch(TABLES.map((table) => storage.database.prepare(`DELETE FROM ${table}`)));
  return createD1DocumentStore(storage.database);
});
