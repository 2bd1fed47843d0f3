import { markdownTable } from "#tests/knowledge/judge/markdown-table";
import type { CitationQuality, QualityRow } from "#tests/quality/measure-quality";

/** All figures as Markdown. Pure. */
export function formatQuality(rows: readonly QualityRow[], citations: CitationQuality): string {
  const kinds = [...(rows[0]?.kinds.keys() ?? [])];
  const figures = (values: readonly number[]): string[] => values.map((value) => value.toFixed(3));
  return [
    markdownTable(
      ["ranking", "characters a chunk", "nDCG@10", "recall@10"],
      rows.map((row) => [row.ranking, String(row.chunkSize), ...figures([row.ndcg, row.recall])]),
    ),
    markdownTable(
      ["nDCG@10 by kind of query", ...kinds],
      rows.map((row) => [
        `${row.ranking}, ${row.chunkSize}`,
        ...figures(kinds.map((kind) => row.kinds.get(kind) ?? 0)),
      ]),
    ),
    markdownTable(
      ["answers", "of 1"],
      [
        ["citation precision", citations.precision.toFixed(3)],
        ["answered", citations.answered.toFixed(3)],
      ],
    ),
  ].join("\n\n");
}
