import * as z from "#base/zod";

import type { TokenUsage } from "#ai-gateway/model-client";
import type { ToolHost } from "#llm-tools/run-tool";

/** Body of `POST /tools/execute`. */
export const executeRequestSchema = z.strictObject({
  tool: z.string().check(z.minLength(1), z.maxLength(64), z.describe("A name of GET /tools.")),
  arguments: z._default(z.record(z.string(), z.unknown()), {}).check(z.describe("As the tool's inputSchema says.")),
  timeoutMs: z
    .optional(z.int().check(z.gte(1), z.lte(600_000)))
    .check(z.describe("Most time; never more than the tool's own.")),
});

/** `data` of `POST /tools/execute`. */
export const executeResponseSchema = z.object({
  tool: z.string(),
  result: z.record(z.string(), z.unknown()).check(z.describe("As the tool's outputSchema says.")),
  durationMs: z.number(),
  usage: z
    .optional(
      z.object({
        modelId: z.string(),
        tokensIn: z.int(),
        tokensOut: z.int(),
        totalTokens: z.int(),
        isEstimate: z.boolean(),
      }),
    )
    .check(z.describe("Tokens of the models that the tool asked.")),
});

type ToolUsage = NonNullable<z.output<typeof executeResponseSchema>["usage"]>;

/** Tokens of a run as callers see them. */
export function toUsage({ services }: ToolHost, { tokensIn, tokensOut, isEstimate }: TokenUsage): ToolUsage {
  return { modelId: services.chatModel, tokensIn, tokensOut, totalTokens: tokensIn + tokensOut, isEstimate };
}
