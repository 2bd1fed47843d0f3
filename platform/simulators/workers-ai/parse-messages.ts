import { AiRefusal } from "./errors.js";

export type ChatRole = "system" | "user" | "assistant" | "tool";

/** A message of a conversation, its content as text. */
export interface ChatMessage {
  readonly role: ChatRole;
  readonly content: string;
}

/**
 * The conversation of a text model's inputs: `messages`, or `prompt` as one user message. Content may be text or a
 * list of text parts, and be absent where an assistant asked for tools.
 *
 * @throws AiRefusal `badInput`, worded as the service words it.
 */
export function parseMessages(inputs: Readonly<Record<string, unknown>>): ChatMessage[] {
  const { messages, prompt, input } = inputs;
  if (typeof prompt === "string" && prompt !== "") return [{ role: "user", content: prompt }];
  const list = messages ?? input;
  if (typeof list === "string" && list !== "") return [{ role: "user", content: list }];
  if (!Array.isArray(list) || list.length === 0) {
    throw badInput(
      "oneOf at '/' not met, 0 matches: required properties at '/' are 'prompt', required properties at '/' are 'messages'",
    );
  }
  return list.map(parseMessage);
}

const roles: ReadonlySet<unknown> = new Set<ChatRole>(["system", "user", "assistant", "tool"]);

function parseMessage(message: unknown, index: number): ChatMessage {
  if (typeof message !== "object" || message === null)
    throw badInput(`Type mismatch of '/messages/${index}', not an object`);
  const { role, content, tool_calls: toolCalls } = message as Readonly<Record<string, unknown>>;
  const known = role === "developer" ? "system" : role;
  if (!roles.has(known)) throw badInput(`required properties at '/messages/${index}' are 'role,content'`);
  return { role: known as ChatRole, content: parseContent(content, toolCalls !== undefined, index) };
}

function parseContent(content: unknown, hasToolCalls: boolean, index: number): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map(partText).join("");
  if (content === null || content === undefined) {
    if (hasToolCalls) return "";
    throw badInput(`required properties at '/messages/${index}' are 'role,content'`);
  }
  throw badInput(`Type mismatch of '/messages/${index}/content', '${typeof content}' not in 'string'`);
}

function partText(part: unknown): string {
  const text = (part as { text?: unknown } | null)?.text;
  return typeof text === "string" ? text : "";
}

/** The refusal of inputs that do not fit the model's schema. */
export function badInput(reason: string): AiRefusal {
  return AiRefusal.of("badInput", `AiError: Bad input: Error: ${reason}`);
}
