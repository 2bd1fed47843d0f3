import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseVectors } from "./parse-mutation.js";

const index = { dimensions: 2, metric: "cosine", metadataIndexes: [] } as const;

describe("parseVectors", () => {
  it("reads one vector a line", () => {
    const rows = parseVectors(
      '{"id":"a","values":[1,2]}\n{"id":"b","values":[3,4],"namespace":"n","metadata":{"k":{"l":1}}}\n',
      index,
    );
    assert.deepEqual(
      rows.map(({ id, namespace, values, metadata }) => [id, namespace, [...values], metadata]),
      [
        ["a", "", [1, 2], undefined],
        ["b", "n", [3, 4], { k: { l: 1 } }],
      ],
    );
  });

  it("refuses lines that are no vectors, not finite numbers and lone surrogates", () => {
    for (const line of [
      "{",
      "1",
      '{"id":1,"values":[1,2]}',
      '{"id":"a","values":[1,null]}',
      '{"id":"a","values":[1,2],"metadata":{"t":"\\ud835"}}',
    ]) {
      assert.throws(() => parseVectors(line, index), { code: 40_023 }, line);
    }
  });

  it("refuses metadata keys that the documentation rules out, nested ones too", () => {
    for (const key of ["", "$a", "a.b", 'a"b']) {
      for (const metadata of [{ [key]: 1 }, { outer: { [key]: 1 } }]) {
        const line = JSON.stringify({ id: "a", values: [1, 2], metadata });
        assert.throws(() => parseVectors(line, index), /invalid metadata key/, line);
      }
    }
  });
});
