import type { OfferedTool, PromptMessage, ResponseFormat, TextRequest, ToolChoice } from "#ai-gateway/model-client";
import type { CompletionMessage, CompletionRequest } from "#openai/completion-request";

/** What a completion request asks of a model. `model` is the one that was chosen for it. */
export function toTextRequest(model: string, request: CompletionRequest): TextRequest {
  const { stop, tools } = request;
  return {
    model,
    messages: request.messages.map(toPromptMessage),
    ...given("temperature", request.temperature),
    ...given("topP", request.top_p),
    ...given("seed", request.seed),
    ...given("maxTokens", request.max_completion_tokens ?? request.max_tokens),
    ...given("user", request.user),
    ...given("stop", typeof stop === "string" ? [stop] : stop?.length === 0 ? undefined : stop),
    ...given("tools", tools == null || tools.length === 0 ? undefined : tools.map(toOfferedTool)),
    ...given("toolChoice", tools == null || tools.length === 0 ? undefined : toToolChoice(request.tool_choice)),
    ...given("responseFormat", toResponseFormat(request.response_format)),
  };
}

/** The field, or nothing when it has no value. */
function given<Key extends string, Value>(key: Key, value: Value): Partial<Record<Key, NonNullable<Value>>> {
  return (value == null ? {} : { [key]: value }) as Partial<Record<Key, NonNullable<Value>>>;
}

function toPromptMessage(message: CompletionMessage): PromptMessage {
  const content = textOf(message.content);
  switch (message.role) {
    case "tool":
      return { role: "tool", content, toolCallId: message.tool_call_id };
    case "assistant": {
      const calls = message.tool_calls ?? [];
      if (calls.length === 0) return { role: "assistant", content };
      const toolCalls = calls.map(({ id, function: { name, arguments: text } }) => ({ id, name, arguments: text }));
      return { role: "assistant", content, toolCalls };
    }
    // Models know one role for whoever runs them.
    case "developer":
      return { role: "system", content };
    default:
      return { role: message.role, content };
  }
}

function textOf(content: CompletionMessage["content"]): string {
  if (content == null) return "";
  return typeof content === "string" ? content : content.map(({ text }) => text).join("\n");
}

function toOfferedTool({ function: tool }: NonNullable<CompletionRequest["tools"]>[number]): OfferedTool {
  return {
    name: tool.name,
    ...(tool.description == null ? {} : { description: tool.description }),
    parameters: tool.parameters ?? { type: "object", properties: {} },
  };
}

function toToolChoice(choice: CompletionRequest["tool_choice"]): ToolChoice | undefined {
  if (choice == null) return undefined;
  return typeof choice === "string" ? choice : { name: choice.function.name };
}

function toResponseFormat(format: CompletionRequest["response_format"]): ResponseFormat | undefined {
  if (format?.type !== "json_schema") return format ?? undefined;
  const { name, schema, strict } = format.json_schema;
  return { type: "json_schema", name, schema, ...(strict == null ? {} : { strict }) };
}
