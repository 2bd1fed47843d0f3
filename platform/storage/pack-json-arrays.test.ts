import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import * as z from "#base/zod";

import { packJsonArrays } from "#storage/pack-json-arrays";

const listSchema = z.array(z.string());

describe("packJsonArrays", () => {
  it("keeps every value in order, each array within its size unless one value alone is larger", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.integer({ min: 8, max: 60 }), (values, maxBytes) => {
        const arrays = packJsonArrays(values, maxBytes);
        const read = arrays.map((text) => listSchema.parse(JSON.parse(text)));
        assert.deepEqual(read.flat(), values);
        arrays.forEach((text, index) => {
          assert.ok(new TextEncoder().encode(text).length <= maxBytes || read[index]?.length === 1);
        });
      }),
    );
  });

  it("makes no array of nothing", () => assert.deepEqual(packJsonArrays([]), []));
});
