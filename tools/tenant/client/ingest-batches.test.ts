import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ingestBatches } from "#tools/tenant/client/ingest-batches";

const sizes = (documents: readonly number[]) =>
  ingestBatches(documents.map((kib) => ({ bytes: kib * 1024 }))).map((batch) => batch.map(({ bytes }) => bytes / 1024));

describe("ingestBatches", () => {
  it("fills a call up to its size, in order", () => {
    assert.deepEqual(sizes([64, 64, 1, 127, 1]), [[64, 64], [1, 127], [1]]);
  });

  it("gives a large document a call of its own", () => {
    assert.deepEqual(sizes([1, 4_000, 1]), [[1], [4_000], [1]]);
  });

  it("puts at most twenty documents into a call", () => {
    assert.deepEqual(
      sizes(Array.from({ length: 45 }, () => 1)).map((batch) => batch.length),
      [20, 20, 5],
    );
  });

  it("makes no call for nothing", () => {
    assert.deepEqual(sizes([]), []);
  });
});
