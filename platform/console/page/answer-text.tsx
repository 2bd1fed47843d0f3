import type { JSX } from "preact";

import type { Citation } from "#rag/search-response";

const VERDICTS: Readonly<Record<Citation["verdict"], string>> = {
  supported: "supported by its source",
  unsupported: "not supported by its source",
  unknown_source: "names no known source",
};

/** Text of a model as plain text, with every `[n]` as a button that shows what is cited. */
export function AnswerText({
  text,
  citations,
  onCitation,
}: {
  text: string;
  citations: readonly Citation[];
  onCitation: (citation: Citation) => void;
}): JSX.Element {
  // Odd pieces are the numbers that the pattern took out.
  const pieces = text.split(/\[(\d{1,3})\]/);
  return (
    <div class="answer">
      {pieces.map((piece, index) => {
        if (index % 2 === 0) return piece;
        const citation = citations.find(({ n }) => n === Number(piece));
        if (citation === undefined) return `[${piece}]`;
        return (
          <button
            key={index}
            type="button"
            class={`citation ${citation.verdict}`}
            aria-label={`Citation ${piece}, ${VERDICTS[citation.verdict]}: show`}
            title={VERDICTS[citation.verdict]}
            onClick={() => {
              onCitation(citation);
            }}
          >
            {piece}
          </button>
        );
      })}
    </div>
  );
}
