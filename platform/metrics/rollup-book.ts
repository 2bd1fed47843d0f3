import type { Increment } from "#metrics/metric-recorder";

/** Steps of time that values are added up in, seconds: for ever, by hour, by minute. */
export const STEPS = { ever: 0, hour: 3_600, minute: 60 } as const;
export type Step = (typeof STEPS)[keyof typeof STEPS];

/** How long minutes and hours are kept. What is kept for ever is one row per series and bucket. */
const KEEP_MINUTES_MS = 2 * 3_600_000;
const KEEP_HOURS_MS = 8 * 86_400_000;
const SWEEP_EVERY_MS = 600_000;
/** Series of a tenant. A series beyond has `(other)` for all its labels, so that no flood of values fills the object. */
const MAX_SERIES = 5_000;

const SCHEMA = `CREATE TABLE IF NOT EXISTS rollup (
  step INTEGER, at INTEGER, metric TEXT, labels TEXT, bucket INTEGER, count INTEGER, sum REAL,
  PRIMARY KEY (step, at, metric, labels, bucket)) WITHOUT ROWID`;

const ADD = `INSERT INTO rollup VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
  ON CONFLICT DO UPDATE SET count = count + ?6, sum = sum + ?7`;

/** What is wanted of the rollup. */
export interface MetricQuery {
  readonly step: Step;
  /** Milliseconds since the epoch, rounded down to the step. */
  readonly fromMs: number;
  /** One row per point in time; else all of them added up. */
  readonly isByTime?: boolean;
}

/** What came to one bucket of one series. */
export interface MetricRow extends Record<string, SqlStorageValue> {
  /** Start of the step, milliseconds since the epoch; 0 when all are added up. */
  readonly at: number;
  readonly metric: string;
  /** Values of the labels as a JSON array, in the order of the table. */
  readonly labels: string;
  readonly bucket: number;
  readonly count: number;
  readonly sum: number;
}

/**
 * Metrics added up in SQLite. A histogram is its buckets, a row each: whatever is asked is a sum, and what a window holds is
 * bounded by series and not by events.
 */
export class RollupBook {
  readonly #sql: SqlStorage;
  readonly #series = new Set<string>();
  #sweptMs = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
    for (const { series } of sql.exec<{ series: string }>(
      "SELECT DISTINCT metric || labels series FROM rollup WHERE step = 0",
    ))
      this.#series.add(series);
  }

  add(increments: readonly Increment[], nowMs: number): void {
    this.#sweep(nowMs);
    for (const [metric, labels, bucket, count, sum] of increments) {
      const bounded = this.#bound(metric, labels);
      for (const step of Object.values(STEPS))
        this.#sql.exec(ADD, step, startOf(step, nowMs), metric, bounded, bucket, count, sum);
    }
  }

  read({ step, fromMs, isByTime = false }: MetricQuery): MetricRow[] {
    const at = isByTime ? "at" : "0";
    return this.#sql
      .exec<MetricRow>(
        `SELECT ${at} at, metric, labels, bucket, SUM(count) count, SUM(sum) sum FROM rollup
          WHERE step = ? AND at >= ? GROUP BY 1, 2, 3, 4`,
        step,
        startOf(step, fromMs),
      )
      .toArray();
  }

  #bound(metric: string, labels: string): string {
    const series = metric + labels;
    if (this.#series.has(series)) return labels;
    if (this.#series.size >= MAX_SERIES) return labels.replace(/"(?:[^"\\]|\\.)*"/g, '"(other)"');
    this.#series.add(series);
    return labels;
  }

  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < SWEEP_EVERY_MS) return;
    this.#sweptMs = nowMs;
    this.#sql.exec(
      "DELETE FROM rollup WHERE (step = 60 AND at < ?) OR (step = 3600 AND at < ?)",
      nowMs - KEEP_MINUTES_MS,
      nowMs - KEEP_HOURS_MS,
    );
  }
}

function startOf(step: Step, ms: number): number {
  return step === 0 ? 0 : ms - (ms % (step * 1_000));
}
