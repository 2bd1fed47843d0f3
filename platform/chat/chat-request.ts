import * as z from "#base/zod";

import { citationSchema } from "#rag/search-response";

/** Characters of one message. */
export const MAX_MESSAGE_CHARS = 32_000;
/** Messages of one call. */
export const MAX_MESSAGES_PER_CALL = 100;

export const sessionIdSchema = z
  .string()
  .check(z.regex(/^[A-Za-z0-9._-]{1,128}$/, { error: "must be 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'" }));

const toolName = z.string().check(z.minLength(1), z.maxLength(64));

const contentSchema = z.string().check(z.minLength(1), z.maxLength(MAX_MESSAGE_CHARS));

const messageSchema = z.strictObject({
  role: z.enum(["user", "assistant", "system"]),
  content: contentSchema,
});

/** Body of `POST /chat`. */
export const chatRequestSchema = z
  .strictObject({
    sessionId: z.optional(sessionIdSchema).check(z.describe("Continues this session; left out, a new one begins.")),
    message: z.optional(contentSchema).check(z.describe("What the user says. Either this or `messages`.")),
    messages: z
      .optional(z.array(messageSchema).check(z.minLength(1), z.maxLength(MAX_MESSAGES_PER_CALL)))
      .check(z.describe("Several messages; the last one is the user's.")),
    modelId: z
      .optional(z.string().check(z.minLength(1), z.maxLength(200)))
      .check(z.describe("One of the tenant's allowed chat models.")),
    stream: z._default(z.boolean(), true).check(z.describe("Server-sent events, or one JSON answer.")),
    temperature: z.optional(z.number().check(z.gte(0), z.lte(2))),
    maxTokens: z.optional(z.int().check(z.gte(1), z.lte(32_768))),
    tool: z
      .optional(toolName)
      .check(z.describe("A tool to run first, on the caller's own behalf: the answer knows its result.")),
    arguments: z.optional(z.record(z.string(), z.unknown())).check(z.describe("Arguments of `tool`.")),
    tools: z
      .optional(z.array(toolName).check(z.maxLength(50)))
      .check(z.describe("Tools that the model may call; left out, the tenant's default ones; none with [].")),
    rag: z._default(z.boolean(), false).check(z.describe("Ground the answer in the tenant's documents and cite them.")),
  })
  .check(
    z.superRefine((body, context) => {
      if ((body.message === undefined) === (body.messages === undefined)) {
        context.addIssue({ code: "custom", path: ["message"], message: "send exactly one of message and messages" });
      }
      if (body.messages !== undefined && body.messages.at(-1)?.role !== "user") {
        context.addIssue({ code: "custom", path: ["messages"], message: "the last message must be the user's" });
      }
      if (body.arguments !== undefined && body.tool === undefined) {
        context.addIssue({ code: "custom", path: ["arguments"], message: "say in `tool` which tool they are for" });
      }
    }),
  );

export type ChatRequest = z.output<typeof chatRequestSchema>;

const usageSchema = z.object({
  modelId: z.string(),
  tokensIn: z.int(),
  tokensOut: z.int(),
  totalTokens: z.int(),
  isEstimate: z.boolean(),
  latencyMs: z.number(),
});

const turnToolCallSchema = z.object({
  callId: z.string(),
  tool: z.string(),
  arguments: z.unknown(),
  approval: z.enum(["not_needed", "required"]),
  expiresAt: z.optional(z.iso.datetime()).check(z.describe("Until when the call can be approved.")),
  ok: z.optional(z.boolean()).check(z.describe("Absent while there is no result.")),
  result: z.optional(z.unknown()).check(z.describe("As the tool's outputSchema says, or {code, message}.")),
});

/** `data` of `POST /chat` with `stream: false`. */
export const chatResponseSchema = z.object({
  sessionId: z.string(),
  message: z.object({ role: z.literal("assistant"), content: z.string() }),
  citations: z.array(citationSchema),
  toolCalls: z.optional(z.array(turnToolCallSchema)).check(z.describe("Tools that were run for the answer.")),
  usage: usageSchema,
  modelId: z.string(),
  finishReason: z.enum(["stop", "length", "tool_calls", "content_filter", "cancelled", "error"]),
  promptVersion: z.string(),
});

export const historyQuerySchema = z.strictObject({
  limit: z._default(z.coerce.number().check(z.int(), z.gte(1), z.lte(200)), 50),
  cursor: z.optional(
    z.string().check(z.regex(/^[0-9]{1,15}$/, { error: "must be the nextCursor of an earlier answer" })),
  ),
});

export const historyResponseSchema = z.object({
  sessionId: z.string(),
  messages: z.array(
    z.object({
      id: z.string(),
      role: z.enum(["user", "assistant", "system"]),
      content: z.string(),
      createdAt: z.iso.datetime(),
      tokenCount: z.optional(z.int()),
    }),
  ),
  nextCursor: z.optional(z.string()),
});

export const sessionListQuerySchema = z.strictObject({
  limit: z._default(z.coerce.number().check(z.int(), z.gte(1), z.lte(200)), 50),
  cursor: z.optional(z.string().check(z.maxLength(1_000))),
});

/** `data` of `GET /chat`. */
export const sessionListResponseSchema = z.object({
  sessions: z.array(
    z.object({
      sessionId: z.string(),
      title: z.string().check(z.describe("How the oldest question that is kept begins.")),
      createdAt: z.iso.datetime(),
      updatedAt: z.iso.datetime(),
      messageCount: z.int(),
    }),
  ),
  nextCursor: z.optional(z.string()),
});

export const eventsQuerySchema = z.strictObject({
  after: z
    .optional(z.string().check(z.maxLength(20)))
    .check(z.describe("Id of the last event seen, where the Last-Event-ID header cannot be set.")),
});

export type TurnToolCall = z.output<typeof turnToolCallSchema>;
export type Usage = z.output<typeof usageSchema>;
export type SessionList = z.output<typeof sessionListResponseSchema>;
export type ChatResponse = z.output<typeof chatResponseSchema>;
export type History = z.output<typeof historyResponseSchema>;
