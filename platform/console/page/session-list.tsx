import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { SessionList as SessionListData } from "#chat/chat-request";
import { ErrorNotice } from "./notice.js";
import { useApi, useLoaded } from "./use-api.js";
import type { Conversation } from "./use-conversation.js";

/** The stored sessions of who is signed in, latest first. */
export function SessionList({ conversation }: { conversation: Conversation }): JSX.Element {
  const api = useApi();
  const { data, error, reload } = useLoaded<SessionListData>("/chat?limit=30");
  const [failure, setFailure] = useState<unknown>();
  const { revision } = conversation;
  useEffect(() => {
    if (revision > 0) reload();
  }, [revision, reload]);
  const remove = async (sessionId: string): Promise<void> => {
    if (!confirm("Delete this conversation with all its messages?")) return;
    try {
      await api.delete(`/chat/${encodeURIComponent(sessionId)}`);
      if (sessionId === conversation.sessionId) await conversation.open();
      reload();
    } catch (thrown) {
      setFailure(thrown);
    }
  };
  return (
    <aside class="sessions" aria-label="Conversations">
      <button type="button" onClick={() => void conversation.open()}>
        New conversation
      </button>
      <ErrorNotice error={error ?? failure} />
      <ul>
        {data?.sessions.map(({ sessionId, title, updatedAt, messageCount }) => (
          <li key={sessionId} class={sessionId === conversation.sessionId ? "current" : ""}>
            <button type="button" class="quiet" onClick={() => void conversation.open(sessionId)}>
              <span>{title || "Untitled"}</span>
              <small>
                {new Date(updatedAt).toLocaleString()} · {messageCount} messages
              </small>
            </button>
            <button
              type="button"
              class="quiet"
              aria-label={`Delete the conversation “${title || "Untitled"}”`}
              onClick={() => void remove(sessionId)}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
    </aside>
  );
}
