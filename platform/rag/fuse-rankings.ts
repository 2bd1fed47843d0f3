/**
 * `convex`: by scores, each side scaled to 0..1 between the lowest score there can be and its best one, so that a side which
 * finds nothing convincing decides little (Bruch, Gai, Ingber: An Analysis of Fusion Functions, TOIS 2023).
 * `rrf`: by rank only, for scores that mean nothing.
 */
export type FusionMethod = "rrf" | "convex";

/** Something ranked, best first. A score is only comparable within its ranking. */
export interface RankedItem {
  readonly id: string;
  readonly score: number;
}

/** A ranking and how much it counts. */
export interface WeightedRanking {
  readonly items: readonly RankedItem[];
  /** Greater than 0. */
  readonly weight: number;
  /** Lowest score there can be: 0 for BM25, -1 for a cosine. Absent: the lowest of the items. Only `convex` asks. */
  readonly lowest?: number;
  /** Whether what is not among the items may be nearly as good as the last one: the ranking was cut there. Only `convex` asks. */
  readonly isCut?: boolean;
}

/** Flattens the difference between the first ranks (Cormack, Clarke, Büttcher: Reciprocal Rank Fusion, SIGIR 2009). */
export const RRF_K = 60;

/**
 * Joins rankings into one: scores from 0 to 1, best first, equal scores ordered by id. Pure.
 * 1 means first in every ranking. An id that repeats within a ranking counts at its best place; one that a ranking does not
 * have counts nothing there, or as its last item where the ranking was cut: beyond the cut nothing is known to be worse.
 */
export function fuseRankings(rankings: readonly WeightedRanking[], method: FusionMethod): readonly RankedItem[] {
  const filled = rankings.filter(({ items }) => items.length > 0);
  const totalWeight = filled.reduce((sum, { weight }) => sum + weight, 0);
  const ids = new Set(filled.flatMap(({ items }) => items.map(({ id }) => id)));
  const scores = new Map<string, number>();
  for (const { items, weight, lowest, isCut = false } of filled) {
    const worth = method === "rrf" ? reciprocalRanks(items) : scaledScores(items, lowest);
    const unknown = method === "convex" && isCut ? Math.min(...worth.values()) : 0;
    for (const id of ids) scores.set(id, (scores.get(id) ?? 0) + (weight / totalWeight) * (worth.get(id) ?? unknown));
  }
  return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

/** 1 for the first place, less for each after it. */
function reciprocalRanks(items: readonly RankedItem[]): Map<string, number> {
  const worth = new Map<string, number>();
  items.forEach(({ id }, index) => {
    if (!worth.has(id)) worth.set(id, (RRF_K + 1) / (RRF_K + 1 + index));
  });
  return worth;
}

/** The best score becomes 1, the lowest possible 0. Where that is not known, the worst item is worth more than 0: it was found, others were not. */
function scaledScores(items: readonly RankedItem[], lowest?: number): Map<string, number> {
  const values = items.map(({ score }) => score);
  const best = Math.max(...values);
  const worst = lowest ?? Math.min(...values);
  const range = best - worst;
  // Counted in ranges, not taken off the worst score: there a small difference would vanish when it is rounded.
  const below = lowest === undefined ? 1 / items.length : 0;
  const worth = new Map<string, number>();
  for (const { id, score } of items) {
    if (!worth.has(id)) worth.set(id, range <= 0 ? 1 : Math.max(0, ((score - worst) / range + below) / (1 + below)));
  }
  return worth;
}
