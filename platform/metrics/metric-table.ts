/** What a metric is. Units as UCUM writes them, as OpenTelemetry demands. */
export interface MetricShape {
  /** `counter`: a sum that only grows. `histogram`: how often a value fell between which bounds, and their sum. */
  readonly kind: "counter" | "histogram";
  readonly unit: "s" | "USD" | `{${string}}`;
  /** Names of its labels, in the order in which they are stored. Each takes few values: see `metric-docs.ts`. */
  readonly labels: readonly string[];
  /** Its labels take as many values as the tenant has keys: shown by `/metrics/cost`, never by Prometheus. */
  readonly isManyValued?: true;
}

/**
 * Every metric there is. What is not here cannot be recorded, which the compiler holds. Names and units are those of
 * OpenTelemetry's semantic conventions where they have one (HTTP, GenAI); the others begin with `platform.`.
 */
export const METRICS = {
  "http.server.request.duration": {
    kind: "histogram",
    unit: "s",
    labels: ["http_request_method", "http_route", "http_response_status_code", "error_type"],
  },
  "platform.request.overhead": { kind: "histogram", unit: "s", labels: ["http_route"] },
  "platform.stream.failures": { kind: "counter", unit: "{failure}", labels: ["http_route", "error_type"] },
  "gen_ai.client.operation.duration": {
    kind: "histogram",
    unit: "s",
    labels: ["gen_ai_operation_name", "gen_ai_request_model", "http_route", "error_type"],
  },
  "gen_ai.server.time_to_first_token": {
    kind: "histogram",
    unit: "s",
    labels: ["gen_ai_request_model", "http_route"],
  },
  "gen_ai.client.token.usage": {
    kind: "histogram",
    unit: "{token}",
    labels: ["gen_ai_token_type", "gen_ai_request_model", "http_route"],
  },
  "platform.ai.cost": { kind: "counter", unit: "USD", labels: ["gen_ai_request_model", "http_route"] },
  "platform.ai.key.cost": { kind: "counter", unit: "USD", labels: ["principal"], isManyValued: true },
  "platform.ai.fallbacks": { kind: "counter", unit: "{call}", labels: ["gen_ai_request_model"] },
  "platform.search.duration": { kind: "histogram", unit: "s", labels: ["cache_result"] },
  "platform.search.passages": { kind: "histogram", unit: "{passage}", labels: [] },
  "platform.cache.requests": { kind: "counter", unit: "{request}", labels: ["cache", "cache_result"] },
  "platform.cache.saved.time": { kind: "counter", unit: "s", labels: ["cache"] },
  "platform.cache.saved.tokens": { kind: "counter", unit: "{token}", labels: ["cache"] },
  "platform.limits.refusals": { kind: "counter", unit: "{request}", labels: ["error_type", "http_route"] },
  "platform.tool.duration": { kind: "histogram", unit: "s", labels: ["tool", "door", "outcome"] },
  "platform.sessions": { kind: "counter", unit: "{turn}", labels: ["session"] },
  "platform.dependency.failures": { kind: "counter", unit: "{failure}", labels: ["dependency"] },
} as const satisfies Readonly<Record<string, MetricShape>>;

export type MetricName = keyof typeof METRICS;

/** The labels of a metric: every one of them, and no other. */
export type LabelsOf<Name extends MetricName> = Readonly<Record<(typeof METRICS)[Name]["labels"][number], string>>;

/** The shapes by name. Rows come from storage, where a metric of an older release may be. */
export const SHAPES: ReadonlyMap<string, MetricShape> = new Map(Object.entries(METRICS));

/** The same as values only, in the order of the table. */
export type LabelValuesOf<Name extends MetricName> = Strings<(typeof METRICS)[Name]["labels"]>;

type Strings<Names extends readonly unknown[]> = { readonly [Index in keyof Names]: string };

/** Records one value: of a counter what is added, of a histogram what was measured. */
export type Measure = <Name extends MetricName>(name: Name, value: number, labels: LabelValuesOf<Name>) => void;
