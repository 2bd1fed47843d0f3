import { PlatformError } from "#base/errors";
import { decodeEvents } from "#base/server-sent-events";
import type { ChatEvent } from "#chat/chat-event";
import type { ChatResponse } from "#chat/chat-request";
import type { Citation } from "#rag/search-response";

/**
 * Reads a turn's event stream to its end and gives it as one answer, for `stream: false`.
 * @throws PlatformError the code of the turn's `error` event.
 */
export async function collectTurn(stream: ReadableStream<Uint8Array>): Promise<ChatResponse> {
  let start: Extract<ChatEvent, { event: "start" }>["data"] | undefined;
  let content = "";
  const citations: Citation[] = [];
  for await (const { event, data } of decodeEvents(stream)) {
    const item = { event, data: JSON.parse(data) as unknown } as ChatEvent;
    if (item.event === "start") start = item.data;
    else if (item.event === "message") content += item.data.content;
    else if (item.event === "citation") citations.push(item.data);
    else if (item.event === "error") throw new PlatformError(item.data.code, item.data.message);
    else if (start !== undefined && item.data.usage !== undefined) {
      const { sessionId, modelId, promptVersion } = start;
      const { usage, finishReason } = item.data;
      return {
        sessionId,
        message: { role: "assistant", content },
        citations,
        usage,
        modelId,
        finishReason,
        promptVersion,
      };
    }
  }
  throw new PlatformError("model_unavailable", "The turn ended without an answer. Try again.");
}
