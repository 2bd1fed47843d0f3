import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { jsonAt, setJson } from "./json-text.js";
import type { JsonPath } from "./json-text.js";

const TEXT = `{
  // Who it is.
  "b": 1, /* first for a reason */
  "a": { "list": ["x"] }, // trailing
}
`;

function set(text: string, at: JsonPath, value: unknown): string {
  const result = setJson(text, at, value);
  assert.ok(result.ok, result.ok ? "" : result.why);
  return result.text;
}

describe("setJson", () => {
  it("keeps comments, order and format around what it sets", () => {
    const after = set(TEXT, ["a", "deep", "er"], true);
    for (const kept of ["// Who it is.", '"b": 1, /* first for a reason */', '"list": ["x"]', "// trailing"]) {
      assert.ok(after.includes(kept), after);
    }
    assert.equal(jsonAt(after, ["a", "deep", "er"]), true);
  });

  it("changes nothing when the value is there already, or is to go and is not there", () => {
    assert.equal(set(TEXT, ["a"], { list: ["x"] }), TEXT);
    assert.equal(set(TEXT, ["nothing"], undefined), TEXT);
  });

  it("takes a value away with its comma", () => {
    assert.equal(set('{\n\t"a": 1,\n\t"b": 2\n}\n', ["a"], undefined), '{\n\t"b": 2\n}\n');
  });

  it("indents as the file does", () => {
    assert.match(set('{\n    "a": 1\n}\n', ["b"], { c: ["x".repeat(60)] }), /\n {4}"b": \{\n {8}"c": \[\n/);
    assert.match(set('{\r\n  "a": 1\r\n}\r\n', ["b"], 2), /"a": 1,\r\n {2}"b": 2\r\n\}/);
    assert.equal(set('{ "a": [1, 2] }\n', ["a", 2], { x: [3] }), '{ "a": [1, 2, { "x": [3] }] }\n');
    assert.equal(set("{}\n", ["a", "b"], 1), '{\n  "a": { "b": 1 }\n}\n');
  });

  it("leaves the comment behind the last value where it is", () => {
    assert.equal(set('{\n  "a": 1 // why\n}\n', ["b"], 2), '{\n  "a": 1, // why\n  "b": 2\n}\n');
    assert.equal(set('{\n  "a": 1, // why\n}\n', ["b"], 2), '{\n  "a": 1, // why\n  "b": 2,\n}\n');
    assert.equal(set('{\n  "a": 1, // why\n  "b": 2\n}\n', ["b"], undefined), '{\n  "a": 1 // why\n}\n');
  });

  it("takes the first, the middle and the last of one line away", () => {
    const list = '{ "a": [1, 2, 3] }';
    assert.deepEqual(
      [0, 1, 2].map((index) => set(list, ["a", index], undefined)),
      ['{ "a": [2, 3] }', '{ "a": [1, 3] }', '{ "a": [1, 2] }'],
    );
    assert.equal(jsonAt(set('{ "a": 1, "b": 2 }', ["b"], undefined), ["a"]), 1);
  });

  it("says that something else stands in the way", () => {
    assert.deepEqual(setJson('{ "a": 1 }', ["a", "b"], 1), { ok: false, why: "a holds something else" });
  });

  it("holds for any object, whatever was set in it before", () => {
    const key = fc.constantFrom("a", "b", "c");
    const leaf = fc.constantFrom<unknown>(1, "x // no comment", [1], { d: [] }, undefined);
    const edits = fc.array(fc.tuple(fc.array(key, { minLength: 1, maxLength: 3 }), leaf), { maxLength: 12 });
    const starts = fc.constantFrom(TEXT, "{}", '{ "a": 1 } // end', '{\n  "c": {}, // c\n  // alone\n  "b": [2]\n}');
    fc.assert(
      fc.property(starts, edits, (start, list) => {
        let text: string = start;
        for (const [at, value] of list) {
          const result = setJson(text, at, value);
          if (!result.ok) continue;
          text = result.text;
          assert.equal(JSON.stringify(jsonAt(text, at)), JSON.stringify(value));
          assert.notEqual(jsonAt(text, []), undefined, text);
          // On a line with a value, a comment is about it and goes with it.
          for (const comment of start.match(/^ *\/\/.*$/gm) ?? []) assert.ok(text.includes(comment.trim()), text);
        }
      }),
    );
  });

  it("leaves alone what is not JSON", () => {
    assert.equal(setJson("{ a: }", ["a"], 1).ok, false);
    assert.equal(jsonAt("{", ["a"]), undefined);
  });
});
