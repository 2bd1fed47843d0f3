import type { Outcome } from "#tests/load/measure/open-loop";
import { quantiles } from "#tests/load/measure/quantile";

/** Parts of the requests, from the fastest on, whose slowest one is told. */
export const PERCENTILES = [50, 90, 95, 99, 99.9, 100] as const;

/** What came of some requests. Latencies count from when they were due, in milliseconds; NaN where none was answered. */
export interface Summary {
  readonly sent: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  /** By percentile, to the end of the answer; of those that were answered well. */
  readonly latencyMs: Readonly<Record<string, number>>;
  /** The same to the first piece. */
  readonly firstMs: Readonly<Record<string, number>>;
}

/** Adds up what came of requests. A failed one counts as failed and is in no percentile. Pure. */
export function summarize(outcomes: readonly Outcome[]): Summary {
  const well = outcomes.filter(({ failure }) => failure === undefined);
  const failures: Record<string, number> = {};
  for (const { failure } of outcomes) if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
  return {
    sent: outcomes.length,
    failed: outcomes.length - well.length,
    failures,
    latencyMs: percentiles(well.map(({ endMs, dueMs }) => endMs - dueMs)),
    firstMs: percentiles(well.flatMap(({ firstMs, dueMs }) => (firstMs === undefined ? [] : [firstMs - dueMs]))),
  };
}

/** A second of a run. */
export interface Second {
  readonly second: number;
  readonly due: number;
  readonly answered: number;
  readonly failed: number;
  readonly open: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** What happened in each second: latencies stand where the request was due, answers where they ended. Pure. */
export function bySecond(outcomes: readonly Outcome[]): readonly Second[] {
  const lastMs = outcomes.reduce((last, { endMs }) => Math.max(last, endMs), 0);
  const secondOf = (ms: number): number => Math.floor(ms / 1_000);
  const due = Map.groupBy(outcomes, ({ dueMs }) => secondOf(dueMs));
  const ended = Map.groupBy(outcomes, ({ endMs }) => secondOf(endMs));
  let open = 0;
  return Array.from({ length: secondOf(lastMs) + 1 }, (_, second) => {
    const [begun, over] = [due.get(second) ?? [], ended.get(second) ?? []];
    open += begun.length - over.length;
    const well = begun.filter(({ failure }) => failure === undefined).map(({ endMs, dueMs }) => endMs - dueMs);
    const [p50Ms = Number.NaN, p95Ms = Number.NaN, p99Ms = Number.NaN] = quantiles(well, [0.5, 0.95, 0.99]);
    const failed = over.filter(({ failure }) => failure !== undefined).length;
    return { second, due: begun.length, answered: over.length - failed, failed, open, p50Ms, p95Ms, p99Ms };
  });
}

function percentiles(values: readonly number[]): Record<string, number> {
  const at = quantiles(
    values,
    PERCENTILES.map((percent) => percent / 100),
  );
  return Object.fromEntries(PERCENTILES.map((percent, index) => [`p${percent}`, at[index] ?? Number.NaN]));
}
