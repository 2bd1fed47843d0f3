import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as z from "#base/zod";
import { ALL_TOOLS } from "#llm-tools/builtin/all-tools";
import { toJsonSchema } from "#llm-tools/json-schema";

/** What zod itself says, less the line that names the dialect. */
function described(schema: z.core.$ZodType, io: "input" | "output"): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io });
  return json;
}

describe("toJsonSchema", () => {
  for (const tool of ALL_TOOLS.values()) {
    it(`says of ${tool.name} what zod says`, () => {
      assert.deepEqual(toJsonSchema(tool.input, "input"), described(tool.input, "input"));
      assert.deepEqual(toJsonSchema(tool.output, "output"), described(tool.output, "output"));
    });
  }

  it("says what zod says of every kind that it knows", () => {
    const all = z.strictObject({
      text: z.string().check(z.minLength(1), z.maxLength(9), z.regex(/^a+$/), z.describe("A text.")),
      count: z.optional(z.int().check(z.gte(1))),
      share: z._default(z.number().check(z.gt(0), z.lte(1)), 0.5),
      flag: z.boolean(),
      kind: z.enum(["a", "b"]),
      one: z.literal("one"),
      list: z.array(z.object({ id: z.string() })).check(z.minLength(1), z.maxLength(3)),
      map: z.record(z.string(), z.unknown()),
      either: z.union([z.string().check(z.maxLength(5)), z.array(z.string())]),
      maybe: z.nullable(z.string().check(z.maxLength(4))),
    });
    for (const side of ["input", "output"] as const) assert.deepEqual(toJsonSchema(all, side), described(all, side));
  });

  it("refuses a kind that it does not know", () => {
    assert.throws(() => toJsonSchema(z.strictObject({ when: z.date() }), "input"), { code: "internal" });
  });
});
