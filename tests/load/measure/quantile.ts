/** The value below which a part `q` (0–1) of the values lies; NaN of none. Nearest rank, so it is a value that was measured. */
export function quantile(values: readonly number[], q: number): number {
  return quantiles(values, [q])[0] ?? Number.NaN;
}

/** Several quantiles of the same values, which are sorted once. */
export function quantiles(values: readonly number[], parts: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return parts.map((q) => {
    // 99.9 / 100 × 1,000 is a little over 999 in floating point: that is no rank more.
    const rank = Math.ceil(q * sorted.length - 1e-9) - 1;
    return sorted[Math.min(sorted.length - 1, Math.max(0, rank))] ?? Number.NaN;
  });
}

/** The middle value: what a burst of noise does not move. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
