/** A number as people write it; large ones of an axis as "12K". */
export function countText(count: number): string {
  if (Math.abs(count) < 10_000) return count.toLocaleString([], { maximumFractionDigits: 2 });
  return count.toLocaleString([], { notation: "compact", maximumFractionDigits: 1 });
}

export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toLocaleString([], { maximumFractionDigits: ms < 10_000 ? 2 : 1 })} s`;
}

/** US dollars; of less than a dollar as many digits as say something. */
export function usdText(usd: number): string {
  const digits =
    Math.abs(usd) < 1 ? { maximumSignificantDigits: 3 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return `$${usd.toLocaleString([], digits)}`;
}

/** A share of 0 to 1. */
export function percentText(share: number): string {
  return share.toLocaleString([], { style: "percent", maximumFractionDigits: 2 });
}
