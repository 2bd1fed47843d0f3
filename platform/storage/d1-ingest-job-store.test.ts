import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import fc from "fast-check";

import { createD1DocumentStore } from "#storage/d1-document-store";
import { createD1IngestJobStore } from "#storage/d1-ingest-job-store";
import { sliceText } from "#storage/ingest-job-slices";
import { ingestJobStoreContract } from "#storage/testing/ingest-job-store-contract";
import { startStorage, type TestStorage } from "#storage/testing/start-storage";
import { TEST_DIMENSIONS } from "#storage/testing/vector-store-contract";

const TABLES = ["documents", "chunks", "chunk_search", "vectors", "corpora", "ingest_jobs"];
const DETAILS = ["ingest_job_documents", "ingest_job_texts"];

describe("the job store in D1", () => {
  let storage: TestStorage;
  before(async () => {
    storage = await startStorage({ dimensions: TEST_DIMENSIONS });
  });
  after(() => storage.dispose());

  for (const { name, run } of ingestJobStoreContract) {
    it(name, async () => {
      const { database } = storage;
      await database.batch(TABLES.map((table) => database.prepare(`DELETE FROM ${table}`)));
      for (const table of DETAILS)
        assert.deepEqual(await database.prepare(`SELECT count(*) AS n FROM ${table}`).first(), { n: 0 }, table);
      await run({ jobs: createD1IngestJobStore(database), documents: createD1DocumentStore(database) });
    });
  }
});

describe("sliceText", () => {
  it("cuts any text into slices that UTF-8 can hold, and loses nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.integer({ min: 2, max: 9 }), (text, maxLength) => {
        const slices = sliceText(text, maxLength);
        assert.equal(slices.join(""), text);
        for (const slice of slices) assert.ok(slice.isWellFormed() && slice.length > 0 && slice.length <= maxLength);
      }),
    );
  });
});
