/** The value below which a part `q` (0–1) of the values lies; NaN of none. Nearest rank, so it is a value that was measured. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.ceil(q * sorted.length) - 1;
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank))] ?? Number.NaN;
}

/** The middle value: what a burst of noise does not move. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
