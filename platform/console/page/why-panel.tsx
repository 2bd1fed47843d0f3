import type { JSX } from "preact";

import type { SearchResponse, Source } from "#rag/search-response";

/** How a result came about: the stages with their times, and the score of each passage in each. */
export function WhyPanel({ why, sources }: { why: SearchResponse["why"]; sources: readonly Source[] }): JSX.Element {
  const longest = Math.max(...why.stages.map(({ ms }) => ms), 0.1);
  const titleOf = (chunkId: string): string => {
    const source = sources.find((candidate) => candidate.chunkId === chunkId);
    return source === undefined ? chunkId : `[${source.n}] ${source.title ?? source.docId}`;
  };
  return (
    <details class="why">
      <summary>Why this result?</summary>
      <p class="meta">
        Cache: {why.cache.hit ? "hit" : "no hit"} ({why.cache.reason})
        {why.rewrittenQuery === undefined ? "" : ` · asked as “${why.rewrittenQuery}”`}
        {why.intent === undefined ? "" : ` · intent ${why.intent}`}
        {why.safety.blocked ? ` · blocked: ${why.safety.category ?? "unsafe"}` : ""}
      </p>
      <table>
        <caption>Stages</caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">Results</th>
            <th scope="col">Milliseconds</th>
          </tr>
        </thead>
        <tbody>
          {why.stages.map(({ name, ms, count, error }) => (
            <tr key={name}>
              <th scope="row">
                {name}
                {error === undefined ? "" : ` (${error})`}
              </th>
              <td>{count}</td>
              <td>
                <meter min={0} max={longest} value={ms} aria-hidden="true" /> {ms.toFixed(1)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <caption>Scores</caption>
        <thead>
          <tr>
            {["Passage", "Fused", "Words", "Vectors", "Reranked"].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {why.scores.map((scores) => (
            <tr key={scores.chunkId}>
              <th scope="row">{titleOf(scores.chunkId)}</th>
              <td>{shown(scores.fused)}</td>
              <td>{shown(scores.lexical, scores.lexicalRank)}</td>
              <td>{shown(scores.vector, scores.vectorRank)}</td>
              <td>{shown(scores.rerank, scores.rerankRank)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function shown(score: number | undefined, rank?: number): string {
  if (score === undefined) return "–";
  return rank === undefined ? score.toFixed(3) : `${score.toFixed(3)} (#${rank})`;
}
