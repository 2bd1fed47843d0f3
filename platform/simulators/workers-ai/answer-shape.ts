import type { ScriptedToolCall } from "#simulators/contract/control-messages";
import type { ChatAnswer } from "./compose-answer.js";
import { hashText } from "./embed-text.js";
import type { ModelFacts } from "./model-catalog.js";

export interface TokenUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** How a model family writes its answers. Each event is the object after `data: `. */
export interface AnswerShape {
  whole(answer: ChatAnswer): unknown;
  /** One streamed piece of text. */
  token(piece: string): unknown;
  /** The tool calls of a stream. */
  toolCalls(calls: readonly ScriptedToolCall[]): readonly unknown[];
  /** What comes last, before `[DONE]`. */
  end(finishReason: ChatAnswer["finishReason"], usage: TokenUsage): readonly unknown[];
}

/** Usage of an answer, in tokens as this simulator counts them. */
export function usageOf(promptTokens: number, completionTokens: number): TokenUsage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

/** The shape of a model; `id` and `created` (seconds) go into chat completion objects. */
export function answerShape(model: Pick<ModelFacts, "id" | "shape">, id: string, created: number): AnswerShape {
  return model.shape === "openai" ? openAiShape(model.id, id, created) : responseShape;
}

/** Workers AI's own fields, as its streams were observed: `response`, and `p`, a padding that hides token lengths. */
const responseShape: AnswerShape = {
  whole({ tokens, toolCalls, json, promptTokens, completionTokens }) {
    const text = tokens.join("");
    return {
      response: toolCalls.length > 0 ? null : (json ?? text),
      ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
      usage: usageOf(promptTokens, completionTokens),
    };
  },
  token: (piece) => ({ response: piece, p: padding(piece) }),
  toolCalls: (calls) => [{ response: "", tool_calls: calls, p: padding("") }],
  end: (_finishReason, usage) => [{ response: "", usage }],
};

const paddingAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz";

function padding(piece: string): string {
  return paddingAlphabet.slice(0, 4 + (hashText(piece) % (paddingAlphabet.length - 4)));
}

function openAiShape(model: string, id: string, created: number): AnswerShape {
  const chunk = (delta: unknown, finishReason: string | null = null): unknown => ({
    id,
    object: "chat.completion.chunk",
    created,
    model,
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  });
  return {
    whole({ tokens, toolCalls, finishReason, promptTokens, completionTokens }) {
      const calls = toolCalls.map((call, index) => openAiToolCall(call, index, id));
      const content = calls.length > 0 ? null : tokens.join("");
      const message = { role: "assistant", content, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
      return {
        id,
        object: "chat.completion",
        created,
        model,
        choices: [{ index: 0, message, finish_reason: finishReason }],
        usage: usageOf(promptTokens, completionTokens),
      };
    },
    token: (piece) => chunk({ content: piece }),
    toolCalls: (calls) =>
      calls.flatMap((call, index) => toolCallDeltas(call, index, id).map((delta) => chunk({ tool_calls: [delta] }))),
    end: (finishReason, usage) => [
      chunk({}, finishReason),
      { id, object: "chat.completion.chunk", created, model, choices: [], usage },
    ],
  };
}

function openAiToolCall(call: ScriptedToolCall, index: number, id: string): object {
  return {
    id: `call_${id}_${index}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  };
}

/** The name first, then the arguments in two pieces, as streams of such models cut them. */
function toolCallDeltas(call: ScriptedToolCall, index: number, id: string): object[] {
  const text = JSON.stringify(call.arguments);
  const middle = Math.ceil(text.length / 2);
  return [
    { index, id: `call_${id}_${index}`, type: "function", function: { name: call.name, arguments: "" } },
    { index, function: { arguments: text.slice(0, middle) } },
    { index, function: { arguments: text.slice(middle) } },
  ];
}
