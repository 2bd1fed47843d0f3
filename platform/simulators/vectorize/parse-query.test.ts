import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseQuery } from "./parse-query.js";

const index = { dimensions: 2, metric: "cosine", metadataIndexes: [] } as const;

describe("parseQuery", () => {
  it("gives five results without values and metadata unless asked", () => {
    const { topK, returnValues, returnMetadata, namespace } = parseQuery({ vector: [1, 0] }, index);
    assert.deepEqual([topK, returnValues, returnMetadata, namespace], [5, false, "none", undefined]);
  });

  it("refuses wrong types as unreadable", () => {
    for (const body of [
      null,
      {},
      { vector: ["1", "2"] },
      { vector: [1, 0], topK: 1.5 },
      { vector: [1, 0], returnMetadata: false },
      { vector: [1, 0], namespace: 1 },
    ]) {
      assert.throws(() => parseQuery(body, index), { code: 40_026 }, JSON.stringify(body));
    }
  });
});
