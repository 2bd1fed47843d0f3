import { useCallback, useRef, useState } from "preact/hooks";

import type { History } from "#chat/chat-request";
import type { Citation } from "#rag/search-response";
import { readTurnEvent } from "./read-turn-event.js";
import { useApi } from "./use-api.js";

/** One message of a conversation, possibly still arriving. */
export interface Turn {
  readonly role: "user" | "assistant" | "system";
  readonly content: string;
  readonly citations: readonly Citation[];
  readonly isStreaming?: boolean;
  /** Below the text: model, tokens and time, or why it ended early. */
  readonly note?: string;
}

/** A conversation and what can be done with it. */
export interface Conversation {
  readonly sessionId: string | undefined;
  readonly turns: readonly Turn[];
  readonly isBusy: boolean;
  readonly error: unknown;
  /** Grows whenever the list of sessions may have changed. */
  readonly revision: number;
  readonly say: (message: string, rag: boolean) => Promise<void>;
  readonly stop: () => void;
  /** Shows a stored session; without an id, begins a new one. */
  readonly open: (sessionId?: string) => Promise<void>;
}

export function useConversation(): Conversation {
  const api = useApi();
  const [sessionId, setSessionId] = useState<string>();
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [revision, setRevision] = useState(0);
  const running = useRef<AbortController>(null);

  const changeLast = (change: (turn: Turn) => Turn): void => {
    setTurns((before) => before.map((turn, index) => (index === before.length - 1 ? change(turn) : turn)));
  };

  const say = async (message: string, rag: boolean): Promise<void> => {
    const controller = new AbortController();
    running.current = controller;
    setBusy(true);
    setError(undefined);
    setTurns((before) => [
      ...before,
      { role: "user", content: message, citations: [] },
      { role: "assistant", content: "", citations: [], isStreaming: true },
    ]);
    try {
      const body = { message, rag, ...(sessionId === undefined ? {} : { sessionId }) };
      for await (const { event, data } of api.stream("/chat", body, controller.signal)) {
        const read = readTurnEvent(event, data);
        if (read.sessionId !== undefined) setSessionId(read.sessionId);
        changeLast(read.apply);
      }
    } catch (thrown) {
      if (controller.signal.aborted) changeLast((turn) => ({ ...turn, note: "Stopped." }));
      else setError(thrown);
    }
    changeLast(({ isStreaming: _, ...turn }) => turn);
    setBusy(false);
    setRevision((before) => before + 1);
  };

  const open = async (id?: string): Promise<void> => {
    running.current?.abort();
    setError(undefined);
    setSessionId(id);
    setTurns([]);
    if (id === undefined) return;
    try {
      const { messages } = await api.get<History>(`/chat/${encodeURIComponent(id)}/history?limit=200`);
      setTurns(messages.map(({ role, content }) => ({ role, content, citations: [] })));
    } catch (thrown) {
      setError(thrown);
    }
  };

  const stop = useCallback(() => running.current?.abort(), []);
  return { sessionId, turns, isBusy, error, revision, say, stop, open };
}
