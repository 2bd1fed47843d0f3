import type { Increment } from "#metrics/metric-recorder";
import { boundsOf, bucketOf } from "#metrics/histogram";
import { type LabelsOf, type MetricName, METRICS, type MetricShape } from "#metrics/metric-table";
import { metricsObjectName } from "#metrics/metrics-object-name";
import type { MetricsObject } from "#metrics/metrics-object";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import type { TestWorker } from "#worker/testing/start-test-worker";

const MINUTE_MS = 60_000;
/** Minutes with something in them. They end some minutes ago, so that they are in the last hour however slow a test is. */
export const SEEDED_MINUTES = 50;
const [LARGE, SMALL] = ["@cf/openai/gpt-oss-20b", "@cf/meta/llama-3.1-8b-instruct"];
/** What all of them come to. */
export const SEEDED = { tokensIn: 1_200 * SEEDED_MINUTES, tokensOut: 400 * SEEDED_MINUTES, errors: 2 * SEEDED_MINUTES };

/** `count` values of a metric, each of them `value`. */
function increment<Name extends MetricName>(metric: Name, labels: LabelsOf<Name>, value: number, count = 1): Increment {
  const shape: MetricShape = METRICS[metric];
  const named = new Map<string, string>(Object.entries(labels));
  const stored = JSON.stringify(shape.labels.map((label) => named.get(label)));
  return [metric, stored, bucketOf(value, boundsOf(shape)), count, value * count];
}

const request = (route: string, status: number, seconds: number, count: number): Increment =>
  increment(
    "http.server.request.duration",
    { http_request_method: "POST", http_route: route, http_response_status_code: String(status), error_type: "" },
    seconds,
    count,
  );

/** What a minute of a tenant holds: more and less of it, as a day has it, and a slower model in the middle. */
function minuteOf(minute: number): Increment[] {
  const wave = Math.sin((minute / SEEDED_MINUTES) * Math.PI);
  const isSlow = minute > 20 && minute < 26;
  const chat = { http_route: "/chat" };
  return [
    request("/chat", 200, isSlow ? 4 : 0.4, Math.round(20 + 30 * wave)),
    request("/chat", 200, isSlow ? 8 : 2, 4),
    request("/chat", 503, 0.2, 2),
    request("/search", 200, 0.3, Math.round(10 + 12 * wave)),
    request("/ingest", 200, 0.8, 1),
    increment("gen_ai.server.time_to_first_token", { gen_ai_request_model: LARGE, ...chat }, isSlow ? 6 : 0.6, 20),
    increment(
      "gen_ai.client.operation.duration",
      { gen_ai_operation_name: "chat", gen_ai_request_model: LARGE, error_type: "", ...chat },
      isSlow ? 9 : 1.5,
      20,
    ),
    increment("gen_ai.client.token.usage", { gen_ai_token_type: "input", gen_ai_request_model: LARGE, ...chat }, 1_200),
    increment("gen_ai.client.token.usage", { gen_ai_token_type: "output", gen_ai_request_model: SMALL, ...chat }, 400),
    increment("platform.ai.cost", { gen_ai_request_model: LARGE, ...chat }, 0.02, 3),
    increment("platform.ai.cost", { gen_ai_request_model: SMALL, ...chat }, 0.005, 6),
    increment("platform.ai.key.cost", { principal: "key_website" }, 0.09),
    increment("platform.cache.requests", { cache: "search", cache_result: "stored" }, 1, 6),
    increment("platform.cache.requests", { cache: "search", cache_result: "miss" }, 1, 2),
    increment("platform.cache.saved.time", { cache: "search" }, 1.5),
    increment("platform.tool.duration", { tool: "vector_search", door: "http", outcome: "ok" }, 0.1, 3),
    increment("platform.tool.duration", { tool: "summarize", door: "http", outcome: "failed" }, 2),
  ];
}

/** Stores most of an hour of a tenant that is used, as its Worker would have. */
export async function seedMetrics(worker: TestWorker, tenant: string): Promise<void> {
  const { METRICS: objects } = await worker.runtime.bindings<{ METRICS: DurableObjectNamespace<MetricsObject> }>();
  const tenantId = tenantIdSchema.parse(tenant);
  const object = objects.getByName(metricsObjectName(tenantId));
  const nowMs = Date.now();
  for (let minute = 0; minute < SEEDED_MINUTES; minute++)
    await object.add(tenantId, minuteOf(minute), nowMs - (SEEDED_MINUTES + 1 - minute) * MINUTE_MS);
}
