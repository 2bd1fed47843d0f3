import type { Anomaly } from "#metrics/anomalies";
import type { Overview } from "#metrics/overview";
import type { Period } from "#metrics/period";
import type { Sli } from "#metrics/slis";
import type { ApiClient } from "../api-client.js";

/** The periods that the API knows, and how a person calls them, behind "last". */
export const PERIOD_NAMES: ReadonlyMap<Period, string> = new Map([
  ["1h", "hour"],
  ["24h", "24 hours"],
  ["7d", "7 days"],
]);

/** What calls of models cost, by one label. */
export interface Cost {
  readonly id: string;
  readonly usd: number;
  readonly calls: number;
}

/** A rule of `GET /metrics/alerts`, in what the page shows of it. */
export interface Alert {
  readonly id: string;
  readonly name: string;
  readonly metric: string;
  readonly comparator: string;
  readonly threshold: number;
  readonly period: Period;
  readonly enabled: boolean;
  readonly runbook: string;
  readonly firingSince: string | null;
}

/** All that the page shows of a period, as the routes below `/metrics` answer. */
export interface Metrics {
  readonly period: Period;
  /** When it was read, milliseconds since the epoch. */
  readonly readAtMs: number;
  readonly overview: { readonly total: Overview; readonly points: readonly (Overview & { readonly at: number })[] };
  readonly cost: Readonly<Record<"byModel" | "byRoute" | "byKey", readonly Cost[]>>;
  readonly cache: {
    /** By cache and by what became of a question to it. */
    readonly results: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly savedMs: number;
    readonly savedTokens: number;
  };
  readonly tools: readonly {
    readonly tool: string;
    readonly runs: number;
    readonly failures: number;
    readonly p95Ms: number;
  }[];
  readonly anomalies: readonly Anomaly[];
  /** Indicators of every service, for each period. */
  readonly slis: readonly (readonly [Period, readonly Sli[]])[];
  readonly alerts: readonly Alert[];
}

/** Reads them at the same time. @throws ApiError of the first that fails */
export async function readMetrics(api: ApiClient, period: Period): Promise<Metrics> {
  const ofPeriod = <Data>(view: string, of = period): Promise<Data> => api.get<Data>(`/metrics/${view}?period=${of}`);
  const [overview, cost, cache, { tools }, { anomalies }, slis, { alerts }] = await Promise.all([
    ofPeriod<Metrics["overview"]>("overview"),
    ofPeriod<Metrics["cost"]>("cost"),
    ofPeriod<Metrics["cache"]>("cache"),
    ofPeriod<Pick<Metrics, "tools">>("tools"),
    ofPeriod<Pick<Metrics, "anomalies">>("anomalies"),
    Promise.all(
      [...PERIOD_NAMES.keys()].map(
        async (window) => [window, (await ofPeriod<{ slis: readonly Sli[] }>("slis", window)).slis] as const,
      ),
    ),
    api.get<Pick<Metrics, "alerts">>("/metrics/alerts"),
  ]);
  return { period, readAtMs: Date.now(), overview, cost, cache, tools, anomalies, slis, alerts };
}
