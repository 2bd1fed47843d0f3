import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { DocumentDetail } from "#rag/documents-response";
import type { Citation, Span } from "#rag/search-response";
import { ErrorNotice } from "./notice.js";
import { useLoaded } from "./use-api.js";

/** How a view opens the passage of a citation, and the dialog for it to render. */
export function usePassageDialog(): readonly [open: (citation: Citation) => void, dialog: JSX.Element | null] {
  const [cited, setCited] = useState<Citation>();
  const close = (): void => {
    setCited(undefined);
  };
  return [setCited, cited === undefined ? null : <PassageDialog citation={cited} onClose={close} />];
}

/** Shows the passage that is cited, with what the citation rests on marked. */
function PassageDialog({ citation, onClose }: { citation: Citation; onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-label={`Source ${citation.n}`} onClose={onClose}>
      {citation.docId === undefined ? (
        <p>The answer names source {citation.n}, and there was none of that number.</p>
      ) : (
        <Passage docId={citation.docId} citation={citation} />
      )}
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}

function Passage({ docId, citation }: { docId: string; citation: Citation }): JSX.Element {
  const { data, error } = useLoaded<DocumentDetail>(`/documents/${encodeURIComponent(docId)}`);
  const chunk = data?.chunks.find(({ chunkId }) => chunkId === citation.chunkId);
  return (
    <>
      <h2>{data?.title ?? docId}</h2>
      <ErrorNotice error={error} />
      {data === undefined ? null : chunk === undefined ? (
        <p>The document has changed since: this passage is no longer in it.</p>
      ) : (
        <>
          <p class="meta">
            {docId}, characters {chunk.start}–{chunk.end}
            {citation.verdict === "supported" ? "" : " — the passage does not say what the answer says"}
          </p>
          <blockquote class="passage">
            <MarkedText text={chunk.text} offset={chunk.start} spans={citation.spans} />
          </blockquote>
        </>
      )}
    </>
  );
}

/** A text that begins at `offset` of its document, with the spans of that document marked. */
export function MarkedText({
  text,
  offset,
  spans,
}: {
  text: string;
  offset: number;
  spans: readonly Pick<Span, "start" | "end">[];
}): JSX.Element {
  const parts: (string | JSX.Element)[] = [];
  let at = 0;
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const [start, end] = [Math.max(span.start - offset, at), Math.min(span.end - offset, text.length)];
    if (start >= end) continue;
    parts.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>);
    at = end;
  }
  return <>{[...parts, text.slice(at)]}</>;
}
