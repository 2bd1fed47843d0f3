import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { describeSchema } from "#tools/reference/describe-schema";

describe("describeSchema", () => {
  it("lists fields from the outside in, with what their values must be", () => {
    const text = { type: "string", minLength: 1, maxLength: 9 };
    const fields = describeSchema({
      type: "object",
      required: ["items"],
      properties: {
        items: {
          type: "array",
          maxItems: 3,
          items: { type: "object", properties: { name: { ...text, description: "Its name." } }, required: ["name"] },
        },
        tags: { type: "array", items: text },
        kind: { enum: ["a", "b"], default: "a" },
        count: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
        value: { anyOf: [{ type: "string" }, { type: "null" }] },
        metadata: { type: "object", additionalProperties: { anyOf: [{ type: "string" }, { type: "number" }] } },
      },
    });
    assert.deepEqual(
      fields.map(({ path, type, isRequired, rules }) => [path, type, isRequired, rules]),
      [
        ["items", "list of object", true, "at most 3 items"],
        ["items[].name", "string", true, "1 to 9 characters. Its name."],
        ["tags", "list of string", false, "each 1 to 9 characters"],
        ["kind", "anything", false, 'one of `a`, `b`; default `"a"`'],
        ["count", "integer", false, "at least 0"],
        ["value", "string or null", false, ""],
        ["metadata", "object of string or number", false, ""],
      ],
    );
  });
});
