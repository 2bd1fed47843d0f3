import type { PromptMessage, OfferedTool, ResponseFormat, TextRequest, ToolChoice } from "#ai-gateway/model-client";
import { outputShapeOf, type OutputShape } from "#ai-gateway/model-catalog";

/** Tokens of an answer when a request does not say. Workers AI would stop at 256, in the middle of most answers. */
export const DEFAULT_MAX_TOKENS = 1_024;

/**
 * The inputs of a text model, as `env.AI.run` takes them. `stream` belongs here: as an option it is ignored.
 * Workers AI's own models know no `stop` and no `user`, and cannot stream an answer in JSON mode
 * (developers.cloudflare.com/workers-ai/features/json-mode).
 */
export function textInputs(model: string, request: TextRequest): Record<string, unknown> {
  const { messages, temperature, topP, seed, stop, user, responseFormat, tools, toolChoice, isWhole } = request;
  const shape = outputShapeOf(model);
  const isJson = responseFormat !== undefined && responseFormat.type !== "text";
  const isStream = isWhole !== true && !(isJson && shape === "response");
  return withoutUndefined({
    messages: messages.map(toWireMessage),
    stream: isStream,
    max_tokens: request.maxTokens ?? DEFAULT_MAX_TOKENS,
    temperature,
    top_p: topP,
    seed,
    tools: tools?.map(toWireTool),
    tool_choice: toolChoice === undefined ? undefined : toWireChoice(toolChoice),
    response_format: isJson ? toWireFormat(responseFormat, shape) : undefined,
    ...(shape === "openai" ? { stop, user } : {}),
    ...(shape === "openai" && isStream ? { stream_options: { include_usage: true } } : {}),
  });
}

function withoutUndefined(inputs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
}

/** The text of a prompt, from which its tokens are estimated. */
export function promptText({ messages, tools }: Pick<TextRequest, "messages" | "tools">): string {
  const texts = messages.map((message) =>
    "toolCalls" in message ? message.content + JSON.stringify(message.toolCalls) : message.content,
  );
  return [...texts, ...(tools === undefined ? [] : [JSON.stringify(tools)])].join("\n");
}

/** Messages in OpenAI's form, which both families of models take. */
function toWireMessage(message: PromptMessage): object {
  const { role, content } = message;
  if ("toolCallId" in message) return { role, content, tool_call_id: message.toolCallId };
  if (!("toolCalls" in message)) return { role, content };
  const toolCalls = message.toolCalls.map(({ id, name, arguments: given }) => ({
    id,
    type: "function",
    function: { name, arguments: given },
  }));
  return { role, content, tool_calls: toolCalls };
}

/** Workers AI demands a description. */
function toWireTool({ name, description = name, parameters }: OfferedTool): object {
  return { type: "function", function: { name, description, parameters } };
}

function toWireChoice(choice: ToolChoice): unknown {
  return typeof choice === "string" ? choice : { type: "function", function: { name: choice.name } };
}

/** Workers AI's own models take the bare schema, others OpenAI's wrapping of it. */
function toWireFormat(format: ResponseFormat, shape: OutputShape): object {
  if (format.type !== "json_schema") return { type: format.type };
  const { schema, name = "answer", strict } = format;
  const wrapped = { name, schema, ...(strict === undefined ? {} : { strict }) };
  return { type: "json_schema", json_schema: shape === "response" ? schema : wrapped };
}
