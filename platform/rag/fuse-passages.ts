import { fuseRankings, type RankedItem } from "#rag/fuse-rankings";
import type { Passage } from "#rag/passage";
import type { RagSettings } from "#rag/rag-services";
import { mayRead } from "#storage/document-access";
import { matchesFilter } from "#storage/document-filter";
import type { IndexedChunk } from "#storage/document-record";
import type { Reading, TextHit } from "#storage/document-store";
import type { VectorMatch } from "#storage/vector-store";

/** Lowest score of a side whose scale is known. */
const LOWEST_BM25 = 0;
const LOWEST_COSINE = -1;

/** What both sides found, each best first, and the chunks that the document store knows of it. */
export interface FoundChunks {
  readonly lexical: readonly TextHit[];
  readonly vector: readonly VectorMatch[];
  readonly chunks: ReadonlyMap<string, IndexedChunk>;
}

/**
 * Joins what the sides found into passages, best first. What the document store does not know, what is not meant for the
 * reader (however it came here) and what the filter does not let through is dropped before it can take anybody's rank. Pure.
 */
export function fusePassages(
  found: FoundChunks,
  call: Reading & { readonly settings: Pick<RagSettings, "retrieval" | "metric"> },
): readonly Passage[] {
  const { chunks } = found;
  const isAllowed = ({ id }: RankedItem): boolean => {
    const chunk = chunks.get(id);
    return chunk !== undefined && mayRead(chunk, call.acl) && matchesFilter(chunk, call.filter);
  };
  const lexical = found.lexical.map(({ chunk, score }) => ({ id: chunk.chunkId, score })).filter(isAllowed);
  const vector = found.vector.map(({ vectorId, score }) => ({ id: vectorId, score })).filter(isAllowed);
  const { fusion, vectorWeight } = call.settings.retrieval;
  const lowest = call.settings.metric === "cosine" ? { lowest: LOWEST_COSINE } : {};
  const fused = fuseRankings(
    [
      { items: lexical, weight: 1, lowest: LOWEST_BM25 },
      { items: vector, weight: vectorWeight, ...lowest, isCut: true },
    ],
    fusion,
  );
  const places = { lexical: placesOf(lexical), vector: placesOf(vector) };
  return fused.flatMap(({ id, score }) => {
    const chunk = chunks.get(id);
    if (chunk === undefined) return [];
    const sides = {
      ...sideScores("lexical", places.lexical.get(id)),
      ...sideScores("vector", places.vector.get(id)),
    };
    return { chunk, score, scores: { chunkId: id, fused: score, ...sides } };
  });
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
