import * as z from "zod";

/** Most stop sequences of a request, as OpenAI's API has it. */
const MAX_STOPS = 4;
const MAX_TOOLS = 128;
const MAX_MESSAGES = 2_048;

const TEXT_ONLY = 'must be a text, or parts of type "text": images, audio and files are not supported';

/** A message's text, whole or in parts. */
const contentSchema = z.union([z.string(), z.array(z.object({ type: z.literal("text"), text: z.string() }))], {
  error: TEXT_ONLY,
});

const functionName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: "must be 1 to 64 letters, digits, underscores and dashes" });

const toolCallSchema = z.object({
  id: z.string().min(1),
  type: z.literal("function", { error: 'must be "function"' }).default("function"),
  /** As the model wrote the arguments: it may be no JSON. */
  function: z.object({ name: functionName, arguments: z.string() }),
});

const messageSchema = z.discriminatedUnion(
  "role",
  [
    z.object({ role: z.enum(["system", "developer", "user"]), content: contentSchema }),
    z.object({
      role: z.literal("assistant"),
      content: contentSchema.nullish(),
      tool_calls: z.array(toolCallSchema).nullish(),
    }),
    z.object({ role: z.literal("tool"), content: contentSchema, tool_call_id: z.string().min(1) }),
  ],
  { error: "must be system, developer, user, assistant or tool" },
);

const jsonSchemaObject = z.record(z.string(), z.unknown());

const toolSchema = z.object({
  type: z.literal("function", { error: 'must be "function": other kinds of tools are not supported' }),
  function: z.object({
    name: functionName,
    description: z.string().nullish(),
    parameters: jsonSchemaObject.nullish().describe("JSON Schema of the arguments; absent: none."),
  }),
});

const toolChoiceSchema = z.union(
  [
    z.enum(["auto", "none", "required"]),
    z.object({ type: z.literal("function"), function: z.object({ name: functionName }) }),
  ],
  { error: 'must be "auto", "none", "required" or {"type": "function", "function": {"name"}}' },
);

const responseFormatSchema = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("text") }),
    z.object({ type: z.literal("json_object") }),
    z.object({
      type: z.literal("json_schema"),
      json_schema: z.object({ name: functionName, schema: jsonSchemaObject, strict: z.boolean().nullish() }),
    }),
  ],
  { error: "must be text, json_object or json_schema" },
);

const stopText = z.string().min(1, { error: "must not be empty" });

/**
 * The body of `POST /v1/chat/completions`, as OpenAI's clients write it (platform.openai.com/docs/api-reference/chat/create).
 * `null` means absent. Keys that are not here are ignored: clients send what their newest version knows.
 */
export const completionRequestSchema = z
  .object({
    model: z.string().min(1).max(200).nullish().describe("Absent: the tenant's own chat model."),
    messages: z.array(messageSchema).min(1).max(MAX_MESSAGES),
    stream: z.boolean().nullish(),
    stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
    max_completion_tokens: z.int().min(1).nullish(),
    max_tokens: z.int().min(1).nullish().describe("The older name of max_completion_tokens."),
    temperature: z.number().min(0).max(2).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    stop: z
      .union([stopText, z.array(stopText).max(MAX_STOPS)], {
        error: `must be a text or up to ${MAX_STOPS} texts, none empty`,
      })
      .nullish(),
    seed: z.int().nullish(),
    n: z.literal(1, { error: "must be 1: a request gets one answer" }).nullish(),
    user: z.string().max(512).nullish(),
    tools: z.array(toolSchema).max(MAX_TOOLS).nullish(),
    tool_choice: toolChoiceSchema.nullish(),
    response_format: responseFormatSchema.nullish(),
  })
  .superRefine(({ tools, tool_choice: choice }, context) => {
    const names = (tools ?? []).map((tool) => tool.function.name);
    const refuse = (message: string) => context.addIssue({ code: "custom", path: ["tool_choice"], message });
    if (choice === "required" && names.length === 0) refuse("demands a tool, but tools is empty");
    if (typeof choice === "object" && choice !== null && !names.includes(choice.function.name))
      refuse(`names "${choice.function.name}", which is not in tools`);
  });

export type CompletionRequest = z.output<typeof completionRequestSchema>;
export type CompletionMessage = CompletionRequest["messages"][number];
