import type { ScriptedToolCall } from "#simulators/contract/control-messages";
import { buildJson } from "./build-json.js";
import type { ChatRequest, OfferedTool } from "./chat-request.js";

/**
 * The tool that a chat model asks for: the one that `tool_choice` demands, or one that the last message plainly names,
 * as in `use the tool weather with {"city": "Paris"}`. Arguments are the JSON that follows the name; without any they
 * are made from the tool's schema. A tool's answer as the last message ends the round: no further call.
 */
export function chooseTool({ messages, tools, requiredTool }: ChatRequest): ScriptedToolCall | undefined {
  const last = messages.at(-1);
  if (last === undefined || last.role === "tool") return undefined;
  const demanded = tools.find(({ name }) => name === requiredTool);
  const named = last.role === "user" ? tools.find((tool) => isNamed(tool, last.content)) : undefined;
  const tool = demanded ?? named;
  if (tool === undefined) return undefined;
  return { name: tool.name, arguments: argumentsIn(last.content, tool) };
}

function isNamed({ name }: OfferedTool, text: string): boolean {
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(
    `\\b(?:use|call|run|invoke|execute)\\b[^.\\n]{0,40}?(?<![\\w-])["'\`]?${quoted}["'\`]?(?![\\w-])`,
    "i",
  ).test(text);
}

function argumentsIn(text: string, tool: OfferedTool): Readonly<Record<string, unknown>> {
  const json = firstObject(text.slice(Math.max(text.indexOf(tool.name), 0)));
  const made = json ?? buildJson({ type: "object", ...tool.parameters }, { text });
  return tool.parameters.properties === undefined && json === undefined ? {} : (made as Record<string, unknown>);
}

/** The first complete JSON object of a text. */
function firstObject(text: string): Record<string, unknown> | undefined {
  const start = text.indexOf("{");
  for (let end = text.indexOf("}", start); start !== -1 && end !== -1; end = text.indexOf("}", end + 1)) {
    try {
      return JSON.parse(text.slice(start, end + 1)) as Record<string, unknown>;
    } catch {
      // Not complete yet: the next brace may close it.
    }
  }
  return undefined;
}
