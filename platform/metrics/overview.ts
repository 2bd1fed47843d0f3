import { Readings } from "#metrics/readings";
import { isFailure } from "#metrics/slis";
import type { MetricRow } from "#metrics/rollup-book";

/** What happened in a window, in numbers that a plot or an alert can take. */
export interface Overview {
  readonly requests: number;
  /** Answers of 500 and more, and streams that broke. */
  readonly errors: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly firstTokenP95Ms: number;
  readonly overheadP95Ms: number;
  readonly modelCalls: number;
  readonly modelP95Ms: number;
  readonly modelFailures: number;
  readonly fallbacks: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly costUsd: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  readonly passages: number;
  /** Requests over a rate limit, and over a budget. */
  readonly rateLimited: number;
  readonly budgetExceeded: number;
  readonly toolRuns: number;
  readonly toolFailures: number;
  readonly sessions: number;
  readonly dependencyFailures: number;
}

const HITS = ["stored", "in_flight", "HIT"];

/** Pure. */
export function overviewOf(readings: Readings): Overview {
  const requests = readings.of("http.server.request.duration");
  const firstTokens = readings.of("gen_ai.server.time_to_first_token");
  const models = readings.of("gen_ai.client.operation.duration");
  const tokens = (type: string): number =>
    readings.of("gen_ai.client.token.usage", ({ gen_ai_token_type }) => gen_ai_token_type === type).sum;
  const refused = (code: string): number =>
    readings.of("platform.limits.refusals", ({ error_type }) => error_type === code).sum;
  const cached = (results: readonly string[]): number =>
    readings.of("platform.cache.requests", ({ cache_result }) => results.includes(cache_result)).sum;
  return {
    requests: requests.count,
    errors: readings.of("http.server.request.duration", isFailure).count + readings.of("platform.stream.failures").sum,
    p50Ms: requests.quantileMs(0.5),
    p95Ms: requests.quantileMs(0.95),
    p99Ms: requests.quantileMs(0.99),
    firstTokenP95Ms: firstTokens.quantileMs(0.95),
    overheadP95Ms: readings.of("platform.request.overhead").quantileMs(0.95),
    modelCalls: models.count,
    modelP95Ms: models.quantileMs(0.95),
    modelFailures: readings.of(
      "gen_ai.client.operation.duration",
      ({ error_type }) => error_type !== "" && error_type !== "cancelled",
    ).count,
    fallbacks: readings.of("platform.ai.fallbacks").sum,
    tokensIn: tokens("input"),
    tokensOut: tokens("output"),
    costUsd: readings.of("platform.ai.cost").sum,
    cacheHits: cached(HITS),
    cacheMisses: cached(["miss", "MISS"]),
    passages: readings.of("platform.search.passages").sum,
    rateLimited: refused("rate_limited"),
    budgetExceeded: refused("budget_exceeded"),
    toolRuns: readings.of("platform.tool.duration").count,
    toolFailures: readings.of("platform.tool.duration", ({ outcome }) => outcome !== "ok").count,
    sessions: readings.of("platform.sessions", ({ session }) => session === "new").sum,
    dependencyFailures: readings.of("platform.dependency.failures").sum,
  };
}

/** The overview of each step of a window, in order; `at` is its start, milliseconds since the epoch. Steps without any value are left out. */
export function overviewsByTime(rows: readonly MetricRow[]): (Overview & { readonly at: number })[] {
  return [...Map.groupBy(rows, ({ at }) => at)]
    .sort(([a], [b]) => a - b)
    .map(([at, some]) => ({ at, ...overviewOf(new Readings(some)) }));
}
