import * as z from "#base/zod";

import { TOOL_NAME_PATTERN } from "#tenancy/tool-name";

const toolNames = z
  .array(
    z
      .string()
      .check(z.regex(TOOL_NAME_PATTERN, { error: "must be a tool's name: a-z, 0-9 and _, starting with a letter" })),
  )
  .check(z.maxLength(100));

const SECOND_MS = 1_000;

/** What a model may do with tools within one answer. Whatever it asks for beyond these bounds is refused and told to it. */
const modelToolsSchema = z.strictObject({
  /** Tools that a model may call in `/chat` when the request does not name any. */
  default: z._default(toolNames, []),
  /** How often the model may ask for tools and be told their results. */
  maxRounds: z._default(z.int().check(z.gte(1), z.lte(20)), 6),
  /** Calls in all rounds together. */
  maxCalls: z._default(z.int().check(z.gte(1), z.lte(100)), 12),
  /** Time for all rounds together, milliseconds. */
  totalMs: z._default(z.int().check(z.gte(SECOND_MS), z.lte(600 * SECOND_MS)), 120 * SECOND_MS),
  /** Tokens of all rounds together, prompts included. */
  maxTokens: z._default(z.int().check(z.gte(1_000), z.lte(1_000_000)), 60_000),
});

/** Which tools a tenant has, and what a model may do with them. */
export const toolsSchema = z
  .strictObject({
    /** Tools of this tenant, by name. Left out: every built-in tool that only reads. A tool that writes must be named. */
    enabled: z.optional(toolNames),
    model: z.prefault(modelToolsSchema, {}),
  })
  .check(
    z.superRefine(({ enabled, model }, context) => {
      if (enabled === undefined) return;
      for (const [index, name] of model.default.entries()) {
        if (enabled.includes(name)) continue;
        context.addIssue({
          code: "custom",
          path: ["model", "default", index],
          message: `"${name}" is not in tools.enabled`,
          params: { remedy: `add "${name}" to tools.enabled, or remove it here` },
        });
      }
    }),
  );

export type ToolsConfig = Readonly<z.output<typeof toolsSchema>>;
