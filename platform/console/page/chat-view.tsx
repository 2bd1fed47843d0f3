import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Citation } from "#rag/search-response";
import { AnswerText } from "./answer-text.js";
import { ErrorNotice } from "./notice.js";
import { usePassageDialog } from "./passage-dialog.js";
import { SessionList } from "./session-list.js";
import { ListenButton } from "./speech/listen-button.js";
import { canSpeak, useCaller } from "./use-api.js";
import { type Turn, useConversation } from "./use-conversation.js";

/** Conversations with the tenant's assistant. */
export function ChatView(): JSX.Element {
  const conversation = useConversation();
  const [openPassage, passage] = usePassageDialog();
  const [isGrounded, setGrounded] = useState(true);
  return (
    <div class="chat">
      <SessionList conversation={conversation} />
      <section class="talk" aria-label="Conversation">
        <TurnLog turns={conversation.turns} onCitation={openPassage} />
        <ErrorNotice error={conversation.error} />
        <form
          class="composer"
          onSubmit={(event) => {
            event.preventDefault();
            const form = event.currentTarget;
            const message = new FormData(form).get("message");
            if (typeof message !== "string" || message.trim() === "" || conversation.isBusy) return;
            form.reset();
            void conversation.say(message, isGrounded);
          }}
        >
          <label class="visually-hidden" for="message">
            Message
          </label>
          <textarea id="message" name="message" rows={2} placeholder="Ask something…" onKeyDown={sendOnEnter} />
          <div class="row">
            <label class="check">
              <input
                type="checkbox"
                checked={isGrounded}
                onChange={(event) => {
                  setGrounded(event.currentTarget.checked);
                }}
              />
              Answer from documents
            </label>
            {conversation.isBusy ? (
              <button type="button" onClick={conversation.stop}>
                Stop
              </button>
            ) : (
              <button type="submit">Send</button>
            )}
          </div>
        </form>
      </section>
      {passage}
    </div>
  );
}

/** The turns, scrolled to the last word while an answer comes in. Screen readers are told when a turn is complete. */
function TurnLog({
  turns,
  onCitation,
}: {
  turns: readonly Turn[];
  onCitation: (citation: Citation) => void;
}): JSX.Element {
  const end = useRef<HTMLDivElement>(null);
  const isSpoken = canSpeak(useCaller());
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [turns]);
  return (
    <div class="turns" role="log" aria-busy={turns.at(-1)?.isStreaming === true}>
      {turns.length === 0 ? <p class="notice empty">Ask a question; answers come word by word.</p> : null}
      {turns.map((turn, index) => (
        <article key={index} class={`turn ${turn.role}`}>
          <h2 class="visually-hidden">{turn.role === "user" ? "You" : "Assistant"}</h2>
          <AnswerText text={turn.content} citations={turn.citations} onCitation={onCitation} />
          {turn.isStreaming && turn.content === "" ? <span class="thinking">…</span> : null}
          {turn.note === undefined ? null : <p class="meta">{turn.note}</p>}
          {isSpoken && turn.role === "assistant" && turn.isStreaming !== true ? (
            <ListenButton text={turn.content} />
          ) : null}
        </article>
      ))}
      <div ref={end} />
    </div>
  );
}

/** Enter sends, Shift+Enter begins a new line; an input method's Enter does neither. */
function sendOnEnter(event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }): void {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}
