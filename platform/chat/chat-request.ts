import * as z from "zod";

import { citationSchema } from "#rag/search-response";

/** Characters of one message. */
export const MAX_MESSAGE_CHARS = 32_000;
/** Messages of one call. */
export const MAX_MESSAGES_PER_CALL = 100;

export const sessionIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,128}$/, { error: "must be 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'" });

const contentSchema = z.string().min(1).max(MAX_MESSAGE_CHARS);

const messageSchema = z.strictObject({
  role: z.enum(["user", "assistant", "system"]),
  content: contentSchema,
});

/** Body of `POST /chat`. */
export const chatRequestSchema = z
  .strictObject({
    sessionId: sessionIdSchema.optional().describe("Continues this session; left out, a new one begins."),
    message: contentSchema.optional().describe("What the user says. Either this or `messages`."),
    messages: z
      .array(messageSchema)
      .min(1)
      .max(MAX_MESSAGES_PER_CALL)
      .optional()
      .describe("Several messages; the last one is the user's."),
    modelId: z.string().min(1).max(200).optional().describe("One of the tenant's allowed chat models."),
    stream: z.boolean().default(true).describe("Server-sent events, or one JSON answer."),
    temperature: z.number().min(0).max(2).optional(),
    maxTokens: z.int().min(1).max(32_768).optional(),
    rag: z.boolean().default(false).describe("Ground the answer in the tenant's documents and cite them."),
  })
  .superRefine((body, context) => {
    if ((body.message === undefined) === (body.messages === undefined)) {
      context.addIssue({ code: "custom", path: ["message"], message: "send exactly one of message and messages" });
    }
    if (body.messages !== undefined && body.messages.at(-1)?.role !== "user") {
      context.addIssue({ code: "custom", path: ["messages"], message: "the last message must be the user's" });
    }
  });

export type ChatRequest = z.output<typeof chatRequestSchema>;

const usageSchema = z.object({
  modelId: z.string(),
  tokensIn: z.int(),
  tokensOut: z.int(),
  totalTokens: z.int(),
  isEstimate: z.boolean(),
  latencyMs: z.number(),
});

/** `data` of `POST /chat` with `stream: false`. */
export const chatResponseSchema = z.object({
  sessionId: z.string(),
  message: z.object({ role: z.literal("assistant"), content: z.string() }),
  citations: z.array(citationSchema),
  usage: usageSchema,
  modelId: z.string(),
  finishReason: z.enum(["stop", "length", "tool_calls", "content_filter", "cancelled", "error"]),
  promptVersion: z.string(),
});

export const historyQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^[0-9]{1,15}$/, { error: "must be the nextCursor of an earlier answer" })
    .optional(),
});

export const historyResponseSchema = z.object({
  sessionId: z.string(),
  messages: z.array(
    z.object({
      id: z.string(),
      role: z.enum(["user", "assistant", "system"]),
      content: z.string(),
      createdAt: z.iso.datetime(),
      tokenCount: z.int().optional(),
    }),
  ),
  nextCursor: z.string().optional(),
});

export const sessionListQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1_000).optional(),
});

/** `data` of `GET /chat`. */
export const sessionListResponseSchema = z.object({
  sessions: z.array(
    z.object({
      sessionId: z.string(),
      createdAt: z.iso.datetime(),
      updatedAt: z.iso.datetime(),
      messageCount: z.int(),
    }),
  ),
  nextCursor: z.string().optional(),
});

export const eventsQuerySchema = z.strictObject({
  after: z
    .string()
    .max(20)
    .optional()
    .describe("Id of the last event seen, where the Last-Event-ID header cannot be set."),
});

export type Usage = z.output<typeof usageSchema>;
export type ChatResponse = z.output<typeof chatResponseSchema>;
export type History = z.output<typeof historyResponseSchema>;
