import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as z from "#base/zod";

/** The message of the first broken rule. */
function told(schema: z.ZodMiniType, value: unknown): string | undefined {
  return schema.safeParse(value).error?.issues[0]?.message;
}

describe("messages of broken rules", () => {
  const cases: readonly [schema: z.ZodMiniType, value: unknown, message: string][] = [
    [z.string(), 5, "expected string, received number"],
    [z.string(), undefined, "expected string, received undefined"],
    [z.array(z.string()), null, "expected array, received null"],
    [z.number(), Number.NaN, "expected number, received NaN"],
    [z.enum(["a", "b"]), "c", 'must be one of "a", "b"'],
    [z.literal(1), 2, "must be 1"],
    [z.string().check(z.minLength(3)), "a", "must have at least 3 characters"],
    [z.array(z.int()).check(z.maxLength(1)), [1, 2], "must have at most 1 items"],
    [z.number().check(z.gt(0)), 0, "must be more than 0"],
    [z.number().check(z.lte(9)), 10, "must be at most 9"],
    [z.string().check(z.regex(/^a$/)), "b", "must match /^a$/"],
    [z.iso.datetime(), "yesterday", "must be a valid datetime"],
    [z.strictObject({}), { x: 1 }, 'has unknown field "x"'],
    [z.union([z.string(), z.int()]), true, "fits none of the forms it may have"],
    [z.string().check(z.refine(() => false, { error: "must rhyme" })), "a", "must rhyme"],
  ];
  for (const [schema, value, message] of cases) {
    it(message, () => {
      assert.equal(told(schema, value), message);
    });
  }
});
