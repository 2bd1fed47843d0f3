import type { PassageScores } from "#rag/search-response";
import type { IndexedChunk } from "#storage/document-record";

/** A chunk that a search found, best first in every list of passages. */
export interface Passage {
  readonly chunk: IndexedChunk;
  /** 0 to 1; comparable within one search. */
  readonly score: number;
  /** How it came to its place. */
  readonly scores: PassageScores;
}
