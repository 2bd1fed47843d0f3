import { boundsOf, quantile } from "#metrics/histogram";
import { type LabelsOf, type MetricName, METRICS, SHAPES } from "#metrics/metric-table";
import type { MetricRow } from "#metrics/rollup-book";

/** A row with its labels by name. */
export interface Reading extends Pick<MetricRow, "metric" | "bucket" | "count" | "sum"> {
  readonly labels: Readonly<Record<string, string>>;
}

/** Values of one metric, all or some of its series. */
export class Values {
  readonly #metric: MetricName;
  readonly #rows: readonly Reading[];

  constructor(metric: MetricName, rows: readonly Reading[]) {
    this.#metric = metric;
    this.#rows = rows;
  }

  /** How many values there are. */
  get count(): number {
    return this.#rows.reduce((total, { count }) => total + count, 0);
  }

  /** What they add up to: of a counter, what was counted. To the millionth: beyond it is only the noise of adding. */
  get sum(): number {
    return round(
      this.#rows.reduce((total, { sum }) => total + sum, 0),
      6,
    );
  }

  /** How many of them are at most `bound`, which is one of the bounds of the metric's buckets. */
  countUpTo(bound: number): number {
    const last = boundsOf(METRICS[this.#metric]).indexOf(bound);
    return this.#rows.reduce((total, { bucket, count }) => (bucket <= last ? total + count : total), 0);
  }

  /** Of a metric in seconds, in milliseconds, to a tenth; 0 without values. */
  quantileMs(q: number): number {
    return round((quantile(q, this.#rows, boundsOf(METRICS[this.#metric])) ?? 0) * 1_000, 1);
  }

  /** The values apart by one of their labels, the largest sum first. */
  by(label: string): [value: string, values: Values][] {
    const groups = Map.groupBy(this.#rows, ({ labels }) => new Map(Object.entries(labels)).get(label) ?? "");
    return [...groups]
      .map(([value, rows]): [string, Values] => [value, new Values(this.#metric, rows)])
      .sort(([, a], [, b]) => b.sum - a.sum);
  }
}

/** What a window of time holds. */
export class Readings {
  readonly #rows: Map<string, Reading[]>;

  constructor(rows: readonly MetricRow[]) {
    this.#rows = Map.groupBy(toReadings(rows), ({ metric }) => metric);
  }

  /** The values of a metric whose labels are as wanted. */
  of<Name extends MetricName>(metric: Name, isWanted: (labels: LabelsOf<Name>) => boolean = () => true): Values {
    const rows = this.#rows.get(metric) ?? [];
    return new Values(
      metric,
      rows.filter(({ labels }) => isWanted(labels as LabelsOf<Name>)),
    );
  }
}

/** A number with so many digits behind the point, at most. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Rows with their labels by name. A metric that this release does not know is left out. */
export function toReadings(rows: readonly MetricRow[]): Reading[] {
  return rows.flatMap(({ labels, ...row }) => {
    const names = SHAPES.get(row.metric)?.labels;
    if (names === undefined) return [];
    const values = JSON.parse(labels) as string[];
    return [{ ...row, labels: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""])) }];
  });
}
