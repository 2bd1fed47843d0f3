import type { LabelsOf } from "#metrics/metric-table";
import { type Readings, round } from "#metrics/readings";

/** What is promised of a service. */
interface Objective {
  /** Routes that it is called by: `POST` unless the method stands before. */
  readonly routes: readonly string[];
  /** Share of requests that must not fail by our fault (5xx, or a stream that breaks). */
  readonly availability: number;
  /** An answer counts as fast when it came within so many seconds: whole, or of a stream its beginning. */
  readonly fastSeconds: number;
  /** A first token counts as fast within so many seconds; absent where nobody waits for one. */
  readonly firstTokenSeconds?: number;
}

/** Share of answers, and of first tokens, that must be fast. */
const FAST_SHARE = 0.95;

/** The objectives of all services. Seconds are bounds of buckets, so that shares are counted and not guessed. */
export const OBJECTIVES = {
  chat: {
    routes: ["/chat", "/v1/chat/completions"],
    availability: 0.995,
    fastSeconds: 10,
    firstTokenSeconds: 2.5,
  },
  search: { routes: ["/search"], availability: 0.995, fastSeconds: 5, firstTokenSeconds: 2.5 },
  ingest: { routes: ["/ingest"], availability: 0.99, fastSeconds: 10 },
  tools: { routes: ["/tools/execute", "/mcp"], availability: 0.99, fastSeconds: 5 },
  tts: { routes: ["/tts", "/v1/audio/speech"], availability: 0.99, fastSeconds: 2.5 },
} as const satisfies Readonly<Record<string, Objective>>;

export type ServiceName = keyof typeof OBJECTIVES;

/** How a service fares. Shares are 0 to 1, and 1 without requests: nothing failed. */
export interface Sli {
  readonly service: string;
  readonly requests: number;
  readonly availability: number;
  readonly objective: number;
  /** How fast the error budget is used: 1 uses it up exactly, 14.4 uses 2 % of a month's in an hour. */
  readonly burnRate: number;
  /** What is left of the error budget of the window, 1 to less than 0. */
  readonly budgetLeft: number;
  readonly fastShare: number;
  readonly fastObjective: number;
  readonly p95Ms: number;
  readonly firstTokenP95Ms: number;
  /** Share of first tokens in time. */
  readonly firstTokenShare: number;
}

/** The indicators of a service over a window. Pure. */
export function sliOf(readings: Readings, service: ServiceName): Sli {
  const { routes, availability: target, fastSeconds, firstTokenSeconds }: Objective = OBJECTIVES[service];
  const isOfService = (labels: LabelsOf<"http.server.request.duration">): boolean =>
    labels.http_request_method === "POST" && routes.includes(labels.http_route);
  const requests = readings.of("http.server.request.duration", (labels) => isOfService(labels) && isJudged(labels));
  const failures =
    readings.of("http.server.request.duration", (labels) => isOfService(labels) && isFailure(labels)).count +
    readings.of("platform.stream.failures", ({ http_route }) => routes.includes(http_route)).sum;
  const firstTokens = readings.of("gen_ai.server.time_to_first_token", ({ http_route }) => routes.includes(http_route));
  const total = requests.count;
  const errors = share(Math.min(failures, total), total, 0);
  const burnRate = round(errors / (1 - target), 4);
  return {
    service,
    requests: total,
    availability: round(1 - errors, 6),
    objective: target,
    burnRate,
    budgetLeft: round(1 - burnRate, 4),
    fastShare: share(requests.countUpTo(fastSeconds), total, 1),
    fastObjective: FAST_SHARE,
    p95Ms: requests.quantileMs(0.95),
    firstTokenP95Ms: firstTokens.quantileMs(0.95),
    firstTokenShare:
      firstTokenSeconds === undefined ? 1 : share(firstTokens.countUpTo(firstTokenSeconds), firstTokens.count, 1),
  };
}

/** Whether a request was answered by a failure of ours. That speech is not enabled (501) is none. */
export function isFailure({ http_response_status_code: status }: Status): boolean {
  return status.startsWith("5") && status !== "501";
}

/** What was refused before it began, by limits or for its form, says nothing about a service. */
function isJudged({ http_response_status_code: status }: Status): boolean {
  return !status.startsWith("4") && status !== "501";
}

type Status = Pick<LabelsOf<"http.server.request.duration">, "http_response_status_code">;

function share(part: number, whole: number, without: number): number {
  return whole === 0 ? without : round(part / whole, 6);
}
