import { embedTexts } from "#rag/embed-texts";
import { fuseRankings, type RankedItem } from "#rag/fuse-rankings";
import { measureStage } from "#rag/measure-stage";
import type { Passage } from "#rag/passage";
import type { RagCall, RagServices } from "#rag/rag-services";
import type { StageReport } from "#rag/search-response";
import { matchesFilter, type DocumentFilter } from "#storage/document-filter";
import type { IndexedChunk } from "#storage/document-record";
import { MAX_VECTOR_MATCHES, type VectorMatch } from "#storage/vector-store";
import type { TenantId } from "#tenancy/tenant-id";

/** Fewest candidates each side is asked for: fusion needs more than what is shown. */
const MIN_CANDIDATES = 50;
/** How often the wanted number is asked for, since duplicates and deleted chunks fall out. */
const CANDIDATES_PER_RESULT = 3;

const LOWEST_COSINE = -1;

export interface RetrieveCall extends RagCall {
  readonly query: string;
  /** 1 to 100. */
  readonly topK: number;
  readonly filter: DocumentFilter;
}

export interface Retrieval {
  readonly passages: readonly Passage[];
  readonly stages: readonly StageReport[];
}

/**
 * Finds the passages that fit a query: BM25 and vectors at once, fused, without repetitions, filtered, at most `topK`.
 * If one side fails the other answers, and `stages` says so. Whatever a side returns, the text comes from the document
 * store: a vector whose chunk is not in its document's current version is dropped.
 *
 * Errors: those of the lexical side when both sides fail.
 */
export async function retrievePassages(
  tenantId: TenantId,
  services: Pick<RagServices, "documents" | "vectors" | "models" | "clock">,
  call: RetrieveCall,
): Promise<Retrieval> {
  const { clock, documents } = services;
  const limit = candidateLimit(call);
  const [lexical, vector] = await Promise.all([
    measureStage(clock, "lexical", () => documents.searchText(tenantId, call.query, limit, call.filter)),
    measureStage(clock, "vector", () => searchVectors(tenantId, services, call, limit)),
  ]);
  if (lexical.failure !== undefined && vector.failure !== undefined) throw lexical.failure;

  const chunks = new Map(lexical.items.map(({ chunk }) => [chunk.chunkId, chunk]));
  const unread = vector.items.map(({ vectorId }) => vectorId).filter((id) => !chunks.has(id));
  const read = await measureStage(clock, "read", async () =>
    unread.length === 0 ? [] : documents.findChunks(tenantId, unread),
  );
  for (const chunk of read.items) chunks.set(chunk.chunkId, chunk);

  const passages = rankPassages(
    lexical.items.map(({ chunk, score }) => ({ id: chunk.chunkId, score })),
    vector.items.map(({ vectorId, score }) => ({ id: vectorId, score })),
    chunks,
    call,
  );
  return {
    passages,
    stages: [lexical.report, vector.report, read.report, { name: "fused", ms: 0, count: passages.length }],
  };
}

/** A filter is applied to vectors after the fact, so that as many as possible are asked for. */
function candidateLimit({ topK, filter }: RetrieveCall): number {
  const isFiltered = filter.docIds !== undefined || filter.sources !== undefined || filter.metadata !== undefined;
  if (isFiltered) return MAX_VECTOR_MATCHES;
  return Math.min(MAX_VECTOR_MATCHES, Math.max(MIN_CANDIDATES, topK * CANDIDATES_PER_RESULT));
}

async function searchVectors(
  tenantId: TenantId,
  services: Pick<RagServices, "vectors" | "models">,
  call: RetrieveCall,
  limit: number,
): Promise<readonly VectorMatch[]> {
  const [values] = await embedTexts(tenantId, services, [call.query], call);
  return values === undefined ? [] : services.vectors.query(tenantId, values, limit);
}

/** Drops what is gone or filtered out, fuses what is left, and keeps the best of equal texts. Pure. */
function rankPassages(
  lexical: readonly RankedItem[],
  vector: readonly RankedItem[],
  chunks: ReadonlyMap<string, IndexedChunk>,
  { topK, filter, settings }: RetrieveCall,
): readonly Passage[] {
  const isAllowed = ({ id }: RankedItem): boolean => {
    const chunk = chunks.get(id);
    return chunk !== undefined && matchesFilter(chunk, filter);
  };
  const sides = { lexical: lexical.filter(isAllowed), vector: vector.filter(isAllowed) };
  const fused = fuseRankings(
    [
      { items: sides.lexical, weight: 1, lowest: 0 },
      {
        items: sides.vector,
        weight: settings.vectorWeight,
        ...(settings.metric === "cosine" ? { lowest: LOWEST_COSINE } : {}),
      },
    ],
    settings.fusion,
  );
  const places = { lexical: placesOf(sides.lexical), vector: placesOf(sides.vector) };
  const seenTexts = new Set<string>();
  const passages: Passage[] = [];
  for (const { id, score } of fused) {
    const chunk = chunks.get(id);
    if (chunk === undefined || seenTexts.has(chunk.text)) continue;
    seenTexts.add(chunk.text);
    passages.push({
      chunk,
      score,
      scores: {
        chunkId: id,
        fused: score,
        ...sideScores("lexical", places.lexical.get(id)),
        ...sideScores("vector", places.vector.get(id)),
      },
    });
    if (passages.length === topK) break;
  }
  return passages;
}

interface Place {
  readonly score: number;
  readonly rank: number;
}

function placesOf(items: readonly RankedItem[]): ReadonlyMap<string, Place> {
  return new Map(items.map(({ id, score }, index) => [id, { score, rank: index + 1 }]));
}

function sideScores(side: "lexical" | "vector", place: Place | undefined): Partial<Record<string, number>> {
  return place === undefined ? {} : { [side]: place.score, [`${side}Rank`]: place.rank };
}
