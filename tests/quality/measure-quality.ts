import type { Chunking } from "#rag/chunk-text";
import { ingestDocuments } from "#rag/ingest-documents";
import { retrievePassages } from "#rag/retrieve-passages";
import { collectSearch, searchKnowledge } from "#rag/search-knowledge";
import { testCall, testSettings, type TestRag } from "#rag/testing/start-rag";
import type { TenantId } from "#tenancy/tenant-id";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { ndcg, recall } from "#tests/knowledge/judge/ndcg";
import { CONFIGURATIONS, type Configuration } from "#tests/quality/configurations";
import type { JudgedQuery, QualityCorpus } from "#tests/quality/read-corpus";

/** Places that are judged. */
const DEPTH = 10;
/** Passages asked for: several may be of one document. */
const TOP_K = 50;

/** How well one configuration does, each from 0 to 1. */
export interface QualityRow {
  readonly ranking: string;
  /** Largest chunk, in characters. */
  readonly chunkSize: number;
  readonly ndcg: number;
  readonly recall: number;
  /** nDCG by the kind of query. */
  readonly kinds: ReadonlyMap<string, number>;
}

/** How well answers cite, each from 0 to 1. */
export interface CitationQuality {
  /** Part of the citations that are checked as supported and point to a document that answers. */
  readonly precision: number;
  /** Part of the queries that are answered. */
  readonly answered: number;
}

/** Stores the corpus once per size of chunks, each for a tenant of its own, and judges every configuration on it. */
export async function measureRetrieval(
  rag: TestRag,
  corpus: QualityCorpus,
  chunkings: readonly Chunking[],
): Promise<readonly QualityRow[]> {
  const rows: QualityRow[] = [];
  for (const chunking of chunkings) {
    const tenantId = tenantIdSchema.parse(`chunks-${chunking.size}`);
    const settings = { ...testSettings, chunking };
    await ingestDocuments(tenantId, rag.services, { ...testCall, settings, documents: corpus.documents });
    for (const configuration of CONFIGURATIONS) {
      const judged = await Promise.all(corpus.queries.map((query) => judgeQuery(rag, tenantId, configuration, query)));
      rows.push({ ranking: configuration.ranking, chunkSize: chunking.size, ...summary(judged) });
    }
  }
  return rows;
}

interface Judged {
  readonly kind: string;
  readonly ndcg: number;
  readonly recall: number;
}

async function judgeQuery(
  rag: TestRag,
  tenantId: TenantId,
  { settings }: Configuration,
  { kind, query, relevant }: JudgedQuery,
): Promise<Judged> {
  const call = { ...testCall, settings: { ...testSettings, ...settings }, query, topK: TOP_K, filter: {} };
  const { passages } = await retrievePassages(tenantId, rag.services, call);
  const ranking = [...new Set(passages.map(({ chunk }) => chunk.docId))];
  const wanted = new Set(relevant);
  return { kind, ndcg: ndcg(ranking, wanted, DEPTH), recall: recall(ranking, wanted, DEPTH) };
}

function summary(judged: readonly Judged[]): Pick<QualityRow, "ndcg" | "recall" | "kinds"> {
  const kinds = new Map(
    [...Map.groupBy(judged, ({ kind }) => kind)].map(([kind, group]) => [kind, mean(group.map((one) => one.ndcg))]),
  );
  return { ndcg: mean(judged.map((one) => one.ndcg)), recall: mean(judged.map((one) => one.recall)), kinds };
}

/** Has every query answered by the product's configuration, for a tenant that `measureRetrieval` has filled. */
export async function measureCitations(
  rag: TestRag,
  { queries }: QualityCorpus,
  chunkSize: number,
): Promise<CitationQuality> {
  const tenantId = tenantIdSchema.parse(`chunks-${chunkSize}`);
  const fused = CONFIGURATIONS.find(({ ranking }) => ranking === "fused");
  const settings = { ...testSettings, ...fused?.settings };
  let citations = 0;
  let right = 0;
  let answered = 0;
  for (const { query, relevant } of queries) {
    const request = { query, mode: "answer", stream: false } as const;
    const result = await collectSearch(searchKnowledge(tenantId, rag.services, { ...testCall, settings, request }));
    if (!result.abstained) answered += 1;
    citations += result.citations.length;
    right += result.citations.filter(
      ({ verdict, docId }) => verdict === "supported" && docId !== undefined && relevant.includes(docId),
    ).length;
  }
  return { precision: citations === 0 ? 0 : right / citations, answered: answered / queries.length };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
