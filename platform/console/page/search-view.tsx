import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import type { Citation, SearchResponse, Source } from "#rag/search-response";
import { AnswerText } from "./answer-text.js";
import { ErrorNotice } from "./notice.js";
import { MarkedText, usePassageDialog } from "./passage-dialog.js";
import { useApi } from "./use-api.js";
import { WhyPanel } from "./why-panel.js";

/** What has arrived of a search. */
interface Progress {
  readonly sources: readonly Source[];
  readonly answer: string;
  readonly citations: readonly Citation[];
  readonly followUps: readonly string[];
  readonly done?: Omit<SearchResponse, "sources" | "answer" | "citations" | "followUps">;
}

const NOTHING: Progress = { sources: [], answer: "", citations: [], followUps: [] };

/** Questions to the tenant's documents, with sources, checked citations, and how they were found. */
export function SearchView(): JSX.Element {
  const api = useApi();
  const [query, setQuery] = useState("");
  const [progress, setProgress] = useState<Progress>();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [openPassage, passage] = usePassageDialog();
  const running = useRef<AbortController>(null);

  const search = async (question: string): Promise<void> => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setQuery(question);
    setBusy(true);
    setError(undefined);
    setProgress(NOTHING);
    try {
      for await (const { event, data } of api.stream("/search", { query: question, stream: true }, controller.signal)) {
        setProgress((before) => afterEvent(before ?? NOTHING, event, data as never));
      }
    } catch (thrown) {
      if (controller.signal.aborted) return;
      setError(thrown);
    }
    setBusy(false);
  };

  return (
    <div class="search">
      <form
        role="search"
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (query.trim() !== "") void search(query);
        }}
      >
        <label class="visually-hidden" for="query">
          Question
        </label>
        <input
          id="query"
          type="search"
          value={query}
          placeholder="Ask the documents…"
          maxLength={2000}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
          }}
        />
        <button type="submit">{isBusy ? "Searching…" : "Search"}</button>
      </form>
      <ErrorNotice error={error} />
      {progress === undefined ? null : (
        <Result progress={progress} onCitation={openPassage} onQuestion={(question) => void search(question)} />
      )}
      {passage}
    </div>
  );
}

function Result({
  progress: { sources, answer, citations, followUps, done },
  onCitation,
  onQuestion,
}: {
  progress: Progress;
  onCitation: (citation: Citation) => void;
  onQuestion: (question: string) => void;
}): JSX.Element {
  return (
    <>
      <section aria-label="Answer" aria-live="polite" aria-busy={done === undefined}>
        <AnswerText text={answer} citations={citations} onCitation={onCitation} />
        {done === undefined ? null : (
          <p class="meta">
            Confidence {done.confidence.level} ({Math.round(done.confidence.value * 100)} %)
            {done.confidence.notes.map((note) => ` · ${note}`)}
          </p>
        )}
        {followUps.length === 0 ? null : (
          <ul class="follow-ups" aria-label="Questions to go on with">
            {followUps.map((question) => (
              <li key={question}>
                <button
                  type="button"
                  class="quiet"
                  onClick={() => {
                    onQuestion(question);
                  }}
                >
                  {question}
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section aria-label="Sources">
        <ol class="sources">
          {sources.map((source) => (
            <li key={source.chunkId} value={source.n}>
              <details>
                <summary>
                  {source.title ?? source.docId} <small>{source.score.toFixed(2)}</small>
                </summary>
                <blockquote class="passage">
                  <MarkedText
                    text={source.text}
                    offset={source.start}
                    spans={citations.filter(({ n }) => n === source.n).flatMap(({ spans }) => spans)}
                  />
                </blockquote>
              </details>
            </li>
          ))}
        </ol>
      </section>
      {done === undefined ? null : <WhyPanel why={done.why} sources={sources} />}
    </>
  );
}

/** What is known after one more event. Pure. */
function afterEvent(before: Progress, event: string, data: never): Progress {
  switch (event) {
    case "sources":
      return { ...before, ...(data as Pick<Progress, "sources">) };
    case "message":
      return { ...before, answer: before.answer + (data as { content: string }).content };
    case "citation":
      return { ...before, citations: [...before.citations, data] };
    case "follow_ups":
      return { ...before, ...(data as Pick<Progress, "followUps">) };
    case "done":
      return { ...before, done: data };
    default:
      return before;
  }
}
