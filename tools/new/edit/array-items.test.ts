import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { addItem } from "./array-items.js";

const place = { after: "const LIST", item: "b" };

describe("addItem", () => {
  for (const [before, expected] of [
    ["x[1]; const LIST = [a].map(f);", "x[1]; const LIST = [a, b].map(f);"],
    ["const LIST = [];", "const LIST = [b];"],
    ["const LIST = [\n  a,\n];", "const LIST = [\n  a, b,\n];"],
    ["const LIST = [a, b];", "const LIST = [a, b];"],
  ] as const) {
    it(`makes ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(addItem(before, place), { ok: true, text: expected });
      assert.deepEqual(addItem(expected, place), { ok: true, text: expected });
    });
  }

  it("finds no list that is not there", () => {
    assert.equal(addItem("[a]", place).ok, false);
    assert.equal(addItem("const LIST = f(a);", place).ok, false);
  });
});
