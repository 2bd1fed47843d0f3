import { median, quantile } from "#tests/load/measure/quantile";
import { markdownTable } from "#tests/knowledge/judge/markdown-table";
import type { IngestRate } from "#tests/knowledge/bench/measure-ingest";
import type { SearchTimes } from "#tests/knowledge/bench/measure-search";

/** All figures as two Markdown tables. Pure. */
export function formatBench(ingests: readonly IngestRate[], searches: readonly SearchTimes[]): string {
  return [
    markdownTable(
      ["ingest", "documents", "chunks", "s", "documents/s", "chunks/s", "kB/s"],
      ingests.map(({ name, documents, chunks, bytes, ms }) => [
        name,
        String(documents),
        chunks === 0 ? "" : String(chunks),
        (ms / 1_000).toFixed(1),
        perSecond(documents, ms),
        chunks === 0 ? "" : perSecond(chunks, ms),
        perSecond(bytes / 1_000, ms),
      ]),
    ),
    markdownTable(
      ["search", "queries", "p50 ms", "p95 ms", "p99 ms", "from the cache", "model calls per query"],
      searches.map(({ name, ms, hits, modelCalls }) => [
        name,
        String(ms.length),
        median(ms).toFixed(1),
        quantile(ms, 0.95).toFixed(1),
        quantile(ms, 0.99).toFixed(1),
        `${Math.round((100 * hits) / ms.length)} %`,
        (modelCalls / ms.length).toFixed(2),
      ]),
    ),
  ].join("\n\n");
}

function perSecond(count: number, ms: number): string {
  return (count / (ms / 1_000)).toFixed(0);
}
