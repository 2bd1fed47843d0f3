import type { ErrorCode } from "#base/errors";
import type { FinishReason } from "#ai-gateway/model-client";
import type { Usage } from "#chat/chat-request";
import type { ToolEvent } from "#llm-tools/tool-event";
import type { Citation } from "#rag/search-response";

/**
 * The events of one turn, in order: `start`, any number of `message`, `tool_call`, `tool_result` and `citation`, then `done`.
 * `error` is always followed by `done {ok: false}`.
 */
export type ChatEvent =
  | {
      readonly event: "start";
      readonly data: { sessionId: string; modelId: string; promptVersion: string; traceId: string };
    }
  | {
      readonly event: "message";
      readonly data: { content: string; role: "assistant"; sessionId: string; tenantId: string; traceId: string };
    }
  | ToolEvent
  | { readonly event: "citation"; readonly data: Citation }
  | { readonly event: "error"; readonly data: { code: ErrorCode; message: string; traceId: string } }
  | { readonly event: "done"; readonly data: { ok: boolean; usage?: Usage; finishReason: FinishReason } };
