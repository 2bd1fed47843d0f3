import { MAX_EVENTS_PER_TURN } from "#chat/event-id";
import type { SessionStore } from "#chat/session-store";
import type { ToolState } from "#chat/tool-state";
import type { TurnLog } from "#chat/turn-log";

/**
 * The last two places of a turn. A client may have seen events that were not stored any more, so the end of an
 * interrupted turn stands behind every place that such an event can have had.
 */
const ERROR_INDEX = MAX_EVENTS_PER_TURN - 2;
const DONE_INDEX = MAX_EVENTS_PER_TURN - 1;

/**
 * Ends a turn whose object was thrown out of memory while it ran: text that was stored by then becomes the answer in the
 * history, and whoever comes back to the events reads that the turn was interrupted. Does nothing otherwise.
 * What the model had read died with the turn: its answer may repeat stored text.
 */
export function endInterruptedTurn(
  { store, log, toolState }: { store: SessionStore; log: TurnLog; toolState: ToolState },
  nowMs: number,
): void {
  const interrupted = log.interrupted();
  if (interrupted === undefined) return;
  const text = log
    .events()
    .map(({ event }) => (event.event === "message" ? event.data.content : ""))
    .join("");
  if (text !== "") {
    store.append([...interrupted.messages, { role: "assistant", content: text }], nowMs);
    toolState.noteStoredText();
  }
  const message = "The turn was interrupted. Send the message again.";
  log.end([
    {
      index: ERROR_INDEX,
      event: { event: "error", data: { code: "internal", message, traceId: interrupted.traceId } },
    },
    { index: DONE_INDEX, event: { event: "done", data: { ok: false, finishReason: "error" } } },
  ]);
}
