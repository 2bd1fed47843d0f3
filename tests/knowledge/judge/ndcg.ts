/**
 * Normalised discounted cumulative gain of the first `depth` places, every relevant document worth the same
 * (Järvelin, Kekäläinen: Cumulated gain-based evaluation of IR techniques, TOIS 2002). 0 to 1; NaN when nothing is relevant. Pure.
 */
export function ndcg(ranking: readonly string[], relevant: ReadonlySet<string>, depth: number): number {
  const gain = (count: number, isHit: (place: number) => boolean): number => {
    let sum = 0;
    for (let place = 0; place < count; place++) if (isHit(place)) sum += 1 / Math.log2(place + 2);
    return sum;
  };
  const best = gain(Math.min(depth, relevant.size), () => true);
  return gain(Math.min(depth, ranking.length), (place) => relevant.has(ranking[place] ?? "")) / best;
}

/** Part of the relevant documents that the first `depth` places hold. Pure. */
export function recall(ranking: readonly string[], relevant: ReadonlySet<string>, depth: number): number {
  return ranking.slice(0, depth).filter((id) => relevant.has(id)).length / relevant.size;
}
