import * as z from "#base/zod";

import type { FinishReason, TextPart, TextStream, TokenUsage, ToolCall } from "#ai-gateway/model-client";

/** What all objects of one answer have in common. */
export interface CompletionHead {
  /** `chatcmpl-…` */
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** The model that answers, which is a fallback when the one asked for was down. */
  readonly model: string;
}

/** The head of a new answer. */
export function newCompletionHead(model: string, nowMs: number): CompletionHead {
  return {
    id: `chatcmpl-${crypto.randomUUID().replaceAll("-", "")}`,
    created: Math.floor(nowMs / 1_000),
    model,
  };
}

/** Tokens as OpenAI's objects have them. `estimated` is ours: the provider did not say. */
const usageSchema = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
  estimated: z.optional(z.literal(true)),
});

const toolCallSchema = z.object({
  id: z.string(),
  type: z.literal("function"),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const finishReasonSchema = z.enum(["stop", "length", "tool_calls", "content_filter"]);

/** `chat.completion` (platform.openai.com/docs/api-reference/chat/object). */
export const completionSchema = z.object({
  id: z.string(),
  object: z.literal("chat.completion"),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.literal(0),
      message: z.object({
        role: z.literal("assistant"),
        content: z.nullable(z.string()),
        refusal: z.literal(null),
        tool_calls: z.optional(z.array(toolCallSchema)),
      }),
      logprobs: z.literal(null),
      finish_reason: finishReasonSchema,
    }),
  ),
  usage: usageSchema,
});

type Completion = z.output<typeof completionSchema>;

/** Reads an answer to its end as one object. Throws what the answer throws. */
export async function collectCompletion(head: CompletionHead, batches: TextStream["batches"]): Promise<Completion> {
  let content = "";
  const calls: ToolCall[] = [];
  let end: Extract<TextPart, { type: "end" }> | undefined;
  for await (const batch of batches) {
    for (const part of batch) {
      if (part.type === "text") content += part.text;
      else if (part.type === "tool_call") calls.push(part.call);
      else end = part;
    }
  }
  const message = {
    role: "assistant" as const,
    content: content === "" && calls.length > 0 ? null : content,
    refusal: null,
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(toToolCallObject) }),
  };
  return {
    ...head,
    object: "chat.completion",
    choices: [{ index: 0, message, logprobs: null, finish_reason: toFinishReason(end?.finishReason ?? "stop") }],
    usage: toUsageObject(end?.usage ?? { tokensIn: 0, tokensOut: 0, isEstimate: true }),
  };
}

export function toToolCallObject({ id, name, arguments: text }: ToolCall): z.output<typeof toolCallSchema> {
  return { id, type: "function", function: { name, arguments: text } };
}

export function toUsageObject({ tokensIn, tokensOut, isEstimate }: TokenUsage): z.output<typeof usageSchema> {
  return {
    prompt_tokens: tokensIn,
    completion_tokens: tokensOut,
    total_tokens: tokensIn + tokensOut,
    ...(isEstimate ? { estimated: true } : {}),
  };
}

/** OpenAI's clients know four reasons; an answer that was cut off for another is told by an error, not by a reason. */
export function toFinishReason(reason: FinishReason): z.output<typeof finishReasonSchema> {
  return reason === "cancelled" || reason === "error" ? "stop" : reason;
}
