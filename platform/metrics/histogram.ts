import type { MetricShape } from "#metrics/metric-table";

/** Upper bounds of durations, seconds: those that OpenTelemetry advises for `http.server.request.duration`, and three more. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Upper bounds of counts: those that OpenTelemetry advises for `gen_ai.client.token.usage`, up to a million. */
const COUNTS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576];

/** Upper bounds of a metric's buckets, ascending, inclusive; a last one without bound comes behind them. A counter has none. */
export function boundsOf({ kind, unit }: MetricShape): readonly number[] {
  if (kind === "counter") return [];
  return unit === "s" ? SECONDS : COUNTS;
}

/** The bucket that a value falls into. */
export function bucketOf(value: number, bounds: readonly number[]): number {
  const bucket = bounds.findIndex((bound) => value <= bound);
  return bucket < 0 ? bounds.length : bucket;
}

/** How many values fell into a bucket, and what they add up to. */
export interface Bucket {
  readonly bucket: number;
  readonly count: number;
  readonly sum: number;
}

/**
 * The value below which a share `q` of all values lies, by linear interpolation within its bucket, as Prometheus'
 * `histogram_quantile`; beyond the last bound it is that bound. Undefined without values.
 */
export function quantile(q: number, buckets: readonly Bucket[], bounds: readonly number[]): number | undefined {
  const counts: number[] = bounds.map(() => 0);
  let total = 0;
  for (const { bucket, count } of buckets) {
    counts[bucket] = (counts[bucket] ?? 0) + count;
    total += count;
  }
  if (total === 0) return undefined;
  let below = 0;
  for (const [bucket, bound] of bounds.entries()) {
    const count = counts[bucket] ?? 0;
    const lower = bounds[bucket - 1] ?? 0;
    if (count > 0 && below + count >= q * total) return lower + ((bound - lower) * (q * total - below)) / count;
    below += count;
  }
  return bounds.at(-1);
}
