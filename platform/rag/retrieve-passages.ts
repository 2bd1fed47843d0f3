import { defect } from "#base/errors";
import { dropDuplicates } from "#rag/drop-duplicates";
import { embedTexts } from "#rag/embed-texts";
import { fusePassages } from "#rag/fuse-passages";
import { measureStage, type StageOutcome } from "#rag/measure-stage";
import type { Passage } from "#rag/passage";
import type { RagServices, ReaderCall } from "#rag/rag-services";
import { rerankPassages } from "#rag/rerank-passages";
import type { StageReport } from "#rag/search-response";
import type { DocumentFilter } from "#storage/document-filter";
import type { IndexedChunk } from "#storage/document-record";
import type { TextHit } from "#storage/document-store";
import { MAX_VECTOR_MATCHES, type VectorMatch } from "#storage/vector-store";
import type { TenantId } from "#tenancy/tenant-id";

/** Fewest candidates each side is asked for: fusion needs more than what is shown. */
const MIN_CANDIDATES = 50;
/** How often the wanted number is asked for, since duplicates and deleted chunks fall out. */
const CANDIDATES_PER_RESULT = 3;

export interface RetrieveCall extends ReaderCall {
  readonly query: string;
  /** 1 to 100. */
  readonly topK: number;
  readonly filter: DocumentFilter;
  /** What the request says of reranking; absent: as the tenant's config has it. */
  readonly rerank?: boolean | undefined;
}

export interface Retrieval {
  readonly passages: readonly Passage[];
  readonly stages: readonly StageReport[];
}

type RetrievalServices = Pick<RagServices, "documents" | "vectors" | "models" | "clock">;

/**
 * Finds the passages that fit a query: BM25 and vectors at once, fused, without repetitions, filtered, reranked if asked,
 * at most `topK`. If one side fails the other answers, if the reranker fails the fused order stays, and `stages` says so.
 * Whatever a side returns, the text comes from the document store: a vector whose chunk is not in its document's current
 * version, or in a document that is not meant for the reader, is dropped.
 *
 * Errors: those of the lexical side (the vector side, where that is the only one) when no side answers.
 */
export async function retrievePassages(
  tenantId: TenantId,
  services: RetrievalServices,
  call: RetrieveCall,
): Promise<Retrieval> {
  const found = await findCandidates(tenantId, services, call);
  const fused = fusePassages(found, call);
  const unique = dropDuplicates(fused);
  const { passages, stage } = await rerankPassages(tenantId, services, unique, call);
  return {
    passages: passages.slice(0, call.topK),
    stages: [
      ...found.stages,
      { name: "fused", ms: 0, count: fused.length },
      { name: "dedupe", ms: 0, count: unique.length },
      ...(stage === undefined ? [] : [stage]),
    ],
  };
}

/** What the sides found, and the chunks behind it. */
interface Candidates {
  readonly lexical: readonly TextHit[];
  readonly vector: readonly VectorMatch[];
  readonly chunks: ReadonlyMap<string, IndexedChunk>;
  readonly stages: readonly StageReport[];
}

async function findCandidates(
  tenantId: TenantId,
  services: RetrievalServices,
  call: RetrieveCall,
): Promise<Candidates> {
  const { clock, documents } = services;
  const limit = candidateLimit(call);
  const { lexical: isLexical, vector: isVector } = call.settings.retrieval;
  const [lexical, [embedded, vector]] = await Promise.all([
    isLexical
      ? measureStage(clock, "lexical", () => documents.searchText(tenantId, call.query, limit, call))
      : undefined,
    isVector ? searchVectors(tenantId, services, call) : [],
  ]);
  const vectorFailure = embedded?.failure ?? vector?.failure;
  const isAnswered = (isLexical && lexical?.failure === undefined) || (isVector && vectorFailure === undefined);
  if (!isAnswered) throw lexical?.failure ?? vectorFailure ?? defect("a search without a side");

  const hits = lexical?.items ?? [];
  const matches = vector?.items ?? [];
  const chunks = new Map(hits.map(({ chunk }) => [chunk.chunkId, chunk]));
  const unread = matches.map(({ vectorId }) => vectorId).filter((id) => !chunks.has(id));
  const read = await measureStage(clock, "read", async () =>
    unread.length === 0 ? [] : documents.findChunks(tenantId, unread, call.acl),
  );
  for (const chunk of read.items) chunks.set(chunk.chunkId, chunk);
  const stages = [lexical, embedded, vector, read].flatMap((outcome) => (outcome === undefined ? [] : outcome.report));
  return { lexical: hits, vector: matches, chunks, stages };
}

/** How many hits by words are asked for. A filter on metadata only narrows them: the store compares again, by type. */
function candidateLimit({ topK, filter }: RetrieveCall): number {
  const isFiltered = filter.docIds !== undefined || filter.sources !== undefined || filter.metadata !== undefined;
  if (isFiltered) return MAX_VECTOR_MATCHES;
  return Math.min(MAX_VECTOR_MATCHES, Math.max(MIN_CANDIDATES, topK * CANDIDATES_PER_RESULT));
}

/**
 * Embeds the query, then looks for its neighbours; the second stage is absent when the first failed. Filter and labels are
 * applied to vectors after the fact, so that as many as possible are asked for.
 */
async function searchVectors(
  tenantId: TenantId,
  { clock, models, vectors }: RetrievalServices,
  call: RetrieveCall,
): Promise<[StageOutcome<readonly number[]>, StageOutcome<VectorMatch>?]> {
  const embedded = await measureStage(clock, "embed", () => embedTexts(tenantId, { models }, [call.query], call));
  const [values] = embedded.items;
  if (values === undefined) return [embedded];
  return [embedded, await measureStage(clock, "vector", () => vectors.query(tenantId, values, MAX_VECTOR_MATCHES))];
}
