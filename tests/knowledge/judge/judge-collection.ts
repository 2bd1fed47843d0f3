import { callApi, type Api } from "#tests/knowledge/call-api";
import { ndcg, recall } from "#tests/knowledge/judge/ndcg";
import type { Judgements } from "#tests/knowledge/judge/parse-smart";

/** Places that are judged. */
const DEPTH = 10;
/** The API's limits. */
const MAX_TOP_K = 100;
const MAX_QUERY_LENGTH = 2_000;
const DOCUMENTS_PER_CALL = 50;

/** A test collection as the API takes it. */
export interface Collection {
  readonly documents: readonly { readonly docId: string; readonly text: string; readonly title?: string }[];
  readonly queries: readonly { readonly id: string; readonly text: string }[];
  readonly judgements: Judgements;
}

/** Quality of one way of ranking, averaged over the queries with judgements. */
export interface Quality {
  readonly ranking: string;
  readonly ndcg: number;
  readonly recall: number;
}

interface Found {
  readonly sources: readonly { readonly docId: string; readonly chunkId: string }[];
  readonly why: {
    readonly scores: readonly {
      readonly chunkId: string;
      readonly lexicalRank?: number;
      readonly vectorRank?: number;
    }[];
  };
}

/** Feeds a collection through `/ingest` and `/search`, and judges what comes back: as it is ranked, and by each side alone. */
export async function judgeCollection(
  api: Api,
  { documents, queries, judgements }: Collection,
  onProgress: (text: string) => void,
): Promise<{ readonly queries: number; readonly qualities: readonly Quality[] }> {
  for (let start = 0; start < documents.length; start += DOCUMENTS_PER_CALL) {
    onProgress(`ingest ${start}/${documents.length}`);
    await callApi(api, "POST", "/ingest", { documents: documents.slice(start, start + DOCUMENTS_PER_CALL) });
  }
  const judged = queries.filter(({ id }) => judgements.has(id));
  const sums = new Map<string, { ndcg: number; recall: number }>();
  for (const [index, { id, text }] of judged.entries()) {
    onProgress(`search ${index}/${judged.length}`);
    const query = text.replace(/\s+/g, " ").trim().slice(0, MAX_QUERY_LENGTH);
    const found = await callApi<Found>(api, "POST", "/search", { query, topK: MAX_TOP_K, mode: "retrieve" });
    const relevant = judgements.get(id) ?? new Set();
    for (const [name, ranking] of rankingsOf(found)) {
      const sum = sums.get(name) ?? { ndcg: 0, recall: 0 };
      sums.set(name, {
        ndcg: sum.ndcg + ndcg(ranking, relevant, DEPTH),
        recall: sum.recall + recall(ranking, relevant, DEPTH),
      });
    }
  }
  const qualities = [...sums].map(([ranking, sum]) => ({
    ranking,
    ndcg: sum.ndcg / judged.length,
    recall: sum.recall / judged.length,
  }));
  return { queries: judged.length, qualities };
}

/** Documents in the order of their best chunk: as answered, by words alone, by vectors alone. */
function rankingsOf({ sources, why }: Found): readonly (readonly [string, readonly string[]])[] {
  const documentOf = new Map(sources.map(({ chunkId, docId }) => [chunkId, docId]));
  const bySide = (side: "lexicalRank" | "vectorRank"): string[] =>
    why.scores
      .filter((score) => score[side] !== undefined)
      .toSorted((a, b) => (a[side] ?? 0) - (b[side] ?? 0))
      .map(({ chunkId }) => documentOf.get(chunkId) ?? "");
  return [
    ["words (BM25)", [...new Set(bySide("lexicalRank"))]],
    ["vectors", [...new Set(bySide("vectorRank"))]],
    ["as answered", [...new Set(sources.map(({ docId }) => docId))]],
  ];
}
