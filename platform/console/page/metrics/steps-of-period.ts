import type { Period } from "#metrics/period";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STEPS: Readonly<Record<Period, readonly [count: number, stepMs: number]>> = {
  "1h": [60, MINUTE_MS],
  "24h": [24, HOUR_MS],
  "7d": [168, HOUR_MS],
};

/**
 * The steps of a period that ends now, each with its point where there is one: the API leaves out those in which nothing
 * happened. It ends with the last point when this computer's clock is slow. Pure.
 */
export function stepsOfPeriod<Point extends { readonly at: number }>(
  period: Period,
  points: readonly Point[],
  nowMs: number,
): { readonly times: readonly number[]; readonly points: readonly (Point | undefined)[] } {
  const [count, stepMs] = STEPS[period];
  const end = Math.max(nowMs - (nowMs % stepMs), points.at(-1)?.at ?? 0);
  const times = Array.from({ length: count + 1 }, (_, index) => end - (count - index) * stepMs);
  const byTime = new Map(points.map((point) => [point.at, point]));
  return { times, points: times.map((time) => byTime.get(time)) };
}
