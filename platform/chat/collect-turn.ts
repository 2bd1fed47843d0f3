import type { ErrorCode } from "#base/errors";
import type { ChatEvent } from "#chat/chat-event";
import type { ChatResponse, TurnToolCall } from "#chat/chat-request";

/** How a turn ended, for a caller that wants no events. */
export type TurnAnswer =
  | { readonly ok: true; readonly value: ChatResponse }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** All events of a turn as one answer, or the code and the message of its `error` event. */
export function collectTurn(events: readonly ChatEvent[]): TurnAnswer {
  const [start] = events;
  const done = events.at(-1);
  const error = events.find((item) => item.event === "error");
  if (error !== undefined) return { ok: false, code: error.data.code, message: error.data.message };
  if (start?.event !== "start" || done?.event !== "done" || done.data.usage === undefined) {
    return { ok: false, code: "model_unavailable", message: "The turn ended without an answer. Try again." };
  }
  const { sessionId, modelId, promptVersion } = start.data;
  const { usage, finishReason } = done.data;
  const content = events.map((item) => (item.event === "message" ? item.data.content : "")).join("");
  const citations = events.flatMap((item) => (item.event === "citation" ? [item.data] : []));
  const message = { role: "assistant" as const, content };
  const toolCalls = toolCallsOf(events);
  return {
    ok: true,
    value: {
      sessionId,
      message,
      citations,
      ...(toolCalls.length === 0 ? {} : { toolCalls }),
      ...{ usage, modelId, finishReason, promptVersion },
    },
  };
}

/** The calls of tools, each with its result. */
function toolCallsOf(events: readonly ChatEvent[]): TurnToolCall[] {
  const calls = new Map<string, TurnToolCall>();
  for (const { event, data } of events) {
    if (event === "tool_call") {
      const { type: _, ...call } = data;
      calls.set(call.callId, call);
    } else if (event === "tool_result") {
      const call = calls.get(data.callId);
      if (call !== undefined) calls.set(data.callId, { ...call, ok: data.ok, result: data.result });
    }
  }
  return [...calls.values()];
}
