import * as z from "zod";

/** What a tool may be called. */
export const TOOL_NAME_PATTERN = /^[a-z][a-z0-9_]{0,63}$/;

const toolNames = z
  .array(
    z.string().regex(TOOL_NAME_PATTERN, { error: "must be a tool's name: a-z, 0-9 and _, starting with a letter" }),
  )
  .max(100);

const SECOND_MS = 1_000;

/** What a model may do with tools within one answer. Whatever it asks for beyond these bounds is refused and told to it. */
const modelToolsSchema = z.strictObject({
  /** Tools that a model may call in `/chat` when the request does not name any. */
  default: toolNames.default([]),
  /** How often the model may ask for tools and be told their results. */
  maxRounds: z.int().min(1).max(20).default(6),
  /** Calls in all rounds together. */
  maxCalls: z.int().min(1).max(100).default(12),
  /** Time for all rounds together, milliseconds. */
  totalMs: z
    .int()
    .min(SECOND_MS)
    .max(600 * SECOND_MS)
    .default(120 * SECOND_MS),
  /** Tokens of all rounds together, prompts included. */
  maxTokens: z.int().min(1_000).max(1_000_000).default(60_000),
});

/** Which tools a tenant has, and what a model may do with them. */
export const toolsSchema = z
  .strictObject({
    /** Tools of this tenant, by name. Left out: every built-in tool that only reads. A tool that writes must be named. */
    enabled: toolNames.optional(),
    model: modelToolsSchema.prefault({}),
  })
  .superRefine(({ enabled, model }, context) => {
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
  });

export type ToolsConfig = Readonly<z.output<typeof toolsSchema>>;
