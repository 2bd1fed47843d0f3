import { type Overview, overviewsByTime } from "#metrics/overview";
import { round } from "#metrics/readings";
import type { MetricRow } from "#metrics/rollup-book";

/** What is looked at. */
const WATCHED = [
  "requests",
  "errors",
  "p95Ms",
  "firstTokenP95Ms",
  "modelFailures",
  "tokensOut",
  "costUsd",
  "rateLimited",
  "dependencyFailures",
] as const satisfies readonly (keyof Overview)[];

/** Beyond it a value is an outlier (Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993). */
const MAX_SCORE = 3.5;
/** Fewer steps are no history. */
const MIN_STEPS = 8;

/** A value that does not fit to those before it. */
export interface Anomaly {
  readonly metric: string;
  readonly value: number;
  /** Median of the history. */
  readonly usual: number;
  /** Robust z-score, signed. */
  readonly score: number;
  readonly at: number;
}

/**
 * The robust z-score of a value: 0.6745 (x − median) / MAD. Where more than half of the history is the same value, the mean
 * absolute deviation stands in (Iglewicz and Hoaglin); where all of it is, any other value is infinitely far. Pure.
 */
export function robustScore(value: number, history: readonly number[]): { score: number; usual: number } {
  const usual = median(history);
  const deviations = history.map((past) => Math.abs(past - usual));
  const mad = median(deviations);
  const mean = deviations.reduce((sum, deviation) => sum + deviation, 0) / history.length;
  const spread = mad > 0 ? mad / 0.6745 : mean * 1.253314;
  if (spread > 0) return { score: (value - usual) / spread, usual };
  return { score: value === usual ? 0 : Math.sign(value - usual) * Number.MAX_VALUE, usual };
}

/** What is unusual about the last whole step, against the steps before it. Reads only what is stored, and stores nothing. */
export function findAnomalies(rows: readonly MetricRow[], stepMs: number, nowMs: number): Anomaly[] {
  const whole = overviewsByTime(rows).filter(({ at }) => at + stepMs <= nowMs);
  const last = whole.pop();
  if (last === undefined || whole.length < MIN_STEPS) return [];
  return WATCHED.flatMap((metric) => {
    const value = last[metric];
    const { score, usual } = robustScore(
      value,
      whole.map((step) => step[metric]),
    );
    return Math.abs(score) > MAX_SCORE
      ? [{ metric, value, usual: round(usual, 6), score: round(score, 2), at: last.at }]
      : [];
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
