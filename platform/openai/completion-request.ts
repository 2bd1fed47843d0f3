import * as z from "#base/zod";

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
  .check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, { error: "must be 1 to 64 letters, digits, underscores and dashes" }));

const toolCallSchema = z.object({
  id: z.string().check(z.minLength(1)),
  type: z._default(z.literal("function", { error: 'must be "function"' }), "function"),
  /** As the model wrote the arguments: it may be no JSON. */
  function: z.object({ name: functionName, arguments: z.string() }),
});

const messageSchema = z.discriminatedUnion(
  "role",
  [
    z.object({ role: z.enum(["system", "developer", "user"]), content: contentSchema }),
    z.object({
      role: z.literal("assistant"),
      content: z.nullish(contentSchema),
      tool_calls: z.nullish(z.array(toolCallSchema)),
    }),
    z.object({ role: z.literal("tool"), content: contentSchema, tool_call_id: z.string().check(z.minLength(1)) }),
  ],
  { error: "must be system, developer, user, assistant or tool" },
);

const jsonSchemaObject = z.record(z.string(), z.unknown());

const toolSchema = z.object({
  type: z.literal("function", { error: 'must be "function": other kinds of tools are not supported' }),
  function: z.object({
    name: functionName,
    description: z.nullish(z.string()),
    parameters: z.nullish(jsonSchemaObject).check(z.describe("JSON Schema of the arguments; absent: none.")),
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
      json_schema: z.object({ name: functionName, schema: jsonSchemaObject, strict: z.nullish(z.boolean()) }),
    }),
  ],
  { error: "must be text, json_object or json_schema" },
);

const stopText = z.string().check(z.minLength(1, { error: "must not be empty" }));

/**
 * The body of `POST /v1/chat/completions`, as OpenAI's clients write it (platform.openai.com/docs/api-reference/chat/create).
 * `null` means absent. Keys that are not here are ignored: clients send what their newest version knows.
 */
export const completionRequestSchema = z
  .object({
    model: z
      .nullish(z.string().check(z.minLength(1), z.maxLength(200)))
      .check(z.describe("Absent: the tenant's own chat model.")),
    messages: z.array(messageSchema).check(z.minLength(1), z.maxLength(MAX_MESSAGES)),
    stream: z.nullish(z.boolean()),
    stream_options: z.nullish(z.object({ include_usage: z.nullish(z.boolean()) })),
    max_completion_tokens: z.nullish(z.int().check(z.gte(1))),
    max_tokens: z.nullish(z.int().check(z.gte(1))).check(z.describe("The older name of max_completion_tokens.")),
    temperature: z.nullish(z.number().check(z.gte(0), z.lte(2))),
    top_p: z.nullish(z.number().check(z.gte(0), z.lte(1))),
    stop: z.nullish(
      z.union([stopText, z.array(stopText).check(z.maxLength(MAX_STOPS))], {
        error: `must be a text or up to ${MAX_STOPS} texts, none empty`,
      }),
    ),
    seed: z.nullish(z.int()),
    n: z.nullish(z.literal(1, { error: "must be 1: a request gets one answer" })),
    user: z.nullish(z.string().check(z.maxLength(512))),
    tools: z.nullish(z.array(toolSchema).check(z.maxLength(MAX_TOOLS))),
    tool_choice: z.nullish(toolChoiceSchema),
    response_format: z.nullish(responseFormatSchema),
  })
  .check(
    z.superRefine(({ tools, tool_choice: choice }, context) => {
      const names = (tools ?? []).map((tool) => tool.function.name);
      const refuse = (message: string) => context.addIssue({ code: "custom", path: ["tool_choice"], message });
      if (choice === "required" && names.length === 0) refuse("demands a tool, but tools is empty");
      if (typeof choice === "object" && choice !== null && !names.includes(choice.function.name))
        refuse(`names "${choice.function.name}", which is not in tools`);
    }),
  );

export type CompletionRequest = z.output<typeof completionRequestSchema>;
export type CompletionMessage = CompletionRequest["messages"][number];
