import { boundsOf, bucketOf } from "#metrics/histogram";
import { measureEvent } from "#metrics/measure-event";
import { METRICS, type Measure, type MetricShape } from "#metrics/metric-table";
import type { LogFields } from "#observability/logger";
import type { TenantId } from "#tenancy/tenant-id";

/** What came to one bucket of one series: metric, its labels' values as JSON, bucket, how many values, their sum. */
export type Increment = readonly [metric: string, labels: string, bucket: number, count: number, sum: number];

/** Where a recorder leaves what it has gathered. */
export interface MetricSink {
  /** The tenant of a log line, if this Worker serves and measures it. */
  tenantOf(id: string): TenantId | undefined;
  store(tenantId: TenantId, increments: readonly Increment[]): Promise<void>;
  /** Keeps the isolate alive for work behind an answer. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** How long values are gathered before they are stored. Longer saves calls, and loses more when an isolate ends. */
const GATHER_MS = 1_000;
/** A flush that has not begun by then was lost with its request. */
const OVERDUE_MS = 10_000;
/** Buckets that wait while their store does not answer; what comes beyond is dropped. */
const MAX_WAITING = 5_000;

type Waiting = Map<string, Increment>;

/**
 * The metrics of an isolate: adds up in memory what the log tells, and leaves it behind an answer, once a second at most.
 * Nothing is awaited by a request. One per isolate.
 */
export class MetricRecorder {
  readonly #sink: MetricSink;
  readonly #waiting = new Map<string, Waiting>();
  #dueMs = 0;

  constructor(sink: MetricSink) {
    this.#sink = sink;
  }

  /** Takes a line of the log. One that names no tenant belongs to nobody. */
  note(event: string, fields: LogFields): void {
    const { tenantId } = fields;
    if (tenantId === undefined) return;
    measureEvent(event, fields, this.#measureFor(tenantId));
  }

  /** Stores what has been gathered. What could not be stored waits for the next time. Never rejects. */
  async flush(): Promise<void> {
    this.#dueMs = 0;
    const taken = [...this.#waiting];
    this.#waiting.clear();
    await Promise.all(
      taken.map(async ([id, waiting]) => {
        const tenantId = this.#sink.tenantOf(id);
        if (tenantId === undefined) return;
        const increments = [...waiting.values()];
        await this.#sink.store(tenantId, increments).catch(() => {
          for (const increment of increments) this.#add(id, increment);
        });
      }),
    );
  }

  #measureFor(id: string): Measure {
    return (name, value, labels) => {
      const shape: MetricShape = METRICS[name];
      this.#add(id, [name, JSON.stringify(labels), bucketOf(value, boundsOf(shape)), 1, value]);
      this.#schedule();
    };
  }

  #add(id: string, [metric, labels, bucket, count, sum]: Increment): void {
    const waiting: Waiting = this.#waiting.get(id) ?? new Map<string, Increment>();
    this.#waiting.set(id, waiting);
    const key = metric + labels + String(bucket);
    const known = waiting.get(key);
    if (known === undefined && waiting.size >= MAX_WAITING) return;
    const [, , , countBefore, sumBefore] = known ?? [metric, labels, bucket, 0, 0];
    waiting.set(key, [metric, labels, bucket, countBefore + count, sumBefore + sum]);
  }

  #schedule(): void {
    const nowMs = Date.now();
    if (nowMs < this.#dueMs) return;
    this.#dueMs = nowMs + OVERDUE_MS;
    this.#sink.waitUntil(new Promise((resolve) => setTimeout(resolve, GATHER_MS)).then(() => this.flush()));
  }
}
