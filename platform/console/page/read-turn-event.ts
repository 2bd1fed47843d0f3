import type { Usage } from "#chat/chat-request";
import type { Citation } from "#rag/search-response";
import type { Turn } from "./use-conversation.js";

/** What one event of a streamed turn changes. */
export interface TurnChange {
  readonly sessionId?: string;
  readonly apply: (turn: Turn) => Turn;
}

const unchanged = (turn: Turn): Turn => turn;

/** Reads an event of `POST /chat`. Pure. Events of a kind that the page does not show change nothing. */
export function readTurnEvent(event: string, data: unknown): TurnChange {
  const fields = data as Readonly<Record<string, unknown>>;
  switch (event) {
    case "start":
      return { sessionId: String(fields["sessionId"]), apply: unchanged };
    case "message": {
      const content = typeof fields["content"] === "string" ? fields["content"] : "";
      return { apply: (turn) => ({ ...turn, content: turn.content + content }) };
    }
    case "citation":
      return { apply: (turn) => ({ ...turn, citations: [...turn.citations, data as Citation] }) };
    case "tool_call":
      return { apply: (turn) => ({ ...turn, note: `Uses the tool ${String(fields["tool"])}…` }) };
    case "done": {
      const usage = fields["usage"] as Usage | undefined;
      return { apply: (turn) => ({ ...turn, ...(usage === undefined ? {} : { note: describeUsage(usage) }) }) };
    }
    default:
      return { apply: unchanged };
  }
}

function describeUsage({ modelId, totalTokens, latencyMs }: Usage): string {
  return `${modelId} · ${totalTokens} tokens · ${(latencyMs / 1000).toFixed(1)} s`;
}
