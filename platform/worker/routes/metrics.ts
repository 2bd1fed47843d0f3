import * as z from "#base/zod";

import { envelope } from "#http/envelope";
import type { RequestContext } from "#http/request-context";
import { defineRoute, type Route } from "#http/route";
import { findAnomalies } from "#metrics/anomalies";
import { overviewOf, overviewsByTime } from "#metrics/overview";
import { type Period, PERIODS, periodQuerySchema, queryOf } from "#metrics/period";
import { PROMETHEUS_TEXT, prometheusText } from "#metrics/prometheus-text";
import { Readings, round, type Values } from "#metrics/readings";
import type { MetricRow } from "#metrics/rollup-book";
import { OBJECTIVES, type ServiceName, sliOf } from "#metrics/slis";
import type { Services } from "#worker/services";

const HOUR_MS = 3_600_000;

/** What the routes below have in common. A read stores nothing but what was measured before it. */
const about = { method: "GET", tag: "operations", access: "metrics" } as const;
const ofPeriod = { ...about, query: periodQuerySchema } as const;

type Context = RequestContext<Services>;

async function readRows(
  { tenant, services }: Context,
  period: Period,
  isByTime = false,
): Promise<readonly MetricRow[]> {
  await services.flushMetrics();
  return services.metrics.read(tenant.tenantId, { ...queryOf(period, services.clock.nowMs()), isByTime });
}

async function readWindow(context: Context, period: Period): Promise<Readings> {
  return new Readings(await readRows(context, period));
}

const numbers = z.record(z.string(), z.number());

const prometheusRoute = defineRoute<Services>()(
  {
    ...about,
    path: "/metrics",
    operationId: "getPrometheusMetrics",
    summary: "All metrics of the tenant since ever, as Prometheus text",
    contentType: "text/plain",
  },
  async ({ tenant: { tenantId }, services }) => {
    await services.flushMetrics();
    const rows = await services.metrics.read(tenantId, { step: 0, fromMs: 0 });
    return new Response(prometheusText(rows, tenantId), { headers: { "content-type": PROMETHEUS_TEXT } });
  },
);

const overviewRoute = defineRoute<Services>()(
  {
    ...ofPeriod,
    path: "/metrics/overview",
    operationId: "getMetricsOverview",
    summary: "Requests, errors, latency, tokens, cost and cache of a period: in all, and by minute or hour",
    response: z.object({ period: z.enum(PERIODS), total: numbers, points: z.array(numbers) }),
  },
  async (context, { query: { period } }) => {
    const rows = await readRows(context, period, true);
    const total = overviewOf(new Readings(rows));
    return envelope(context.traceId, { period, total, points: overviewsByTime(rows) });
  },
);

const slisRoute = defineRoute<Services>()(
  {
    ...ofPeriod,
    path: "/metrics/slis",
    operationId: "getSlis",
    summary: "Indicators and objectives of each service: availability, error budget, latency, first token",
    response: z.object({ period: z.enum(PERIODS), slis: z.array(z.looseObject({ service: z.string() })) }),
  },
  async (context, { query: { period } }) => {
    const readings = await readWindow(context, period);
    const slis = (Object.keys(OBJECTIVES) as ServiceName[]).map((service) => sliOf(readings, service));
    return envelope(context.traceId, { period, slis });
  },
);

const costsSchema = z.array(z.object({ id: z.string(), usd: z.number(), calls: z.int() }));

const costRoute = defineRoute<Services>()(
  {
    ...ofPeriod,
    path: "/metrics/cost",
    operationId: "getCost",
    summary: "What model calls cost by the catalog's prices: by model, route and key",
    response: z.object({ totalUsd: z.number(), byModel: costsSchema, byRoute: costsSchema, byKey: costsSchema }),
  },
  async (context, { query: { period } }) => {
    const readings = await readWindow(context, period);
    const cost = readings.of("platform.ai.cost");
    const costsBy = (values: Values, label: string) =>
      values.by(label).map(([id, { sum, count }]) => ({ id, usd: sum, calls: count }));
    return envelope(context.traceId, {
      totalUsd: cost.sum,
      byModel: costsBy(cost, "gen_ai_request_model"),
      byRoute: costsBy(cost, "http_route"),
      byKey: costsBy(readings.of("platform.ai.key.cost"), "principal"),
    });
  },
);

const cacheRoute = defineRoute<Services>()(
  {
    ...ofPeriod,
    path: "/metrics/cache",
    operationId: "getCacheMetrics",
    summary: "What the caches of searches and of the gateway answered, and what they saved",
    response: z.object({
      results: z.record(z.string(), z.record(z.string(), z.number())),
      hitRate: z.number(),
      savedMs: z.number(),
      savedTokens: z.number(),
    }),
  },
  async (context, { query: { period } }) => {
    const readings = await readWindow(context, period);
    const { cacheHits, cacheMisses } = overviewOf(readings);
    const results = readings
      .of("platform.cache.requests")
      .by("cache")
      .map(([cache, values]) => [
        cache,
        Object.fromEntries(values.by("cache_result").map(([id, { sum }]) => [id, sum])),
      ]);
    return envelope(context.traceId, {
      results: Object.fromEntries(results) as object,
      hitRate: round(cacheHits / (cacheHits + cacheMisses || 1), 6),
      savedMs: round(readings.of("platform.cache.saved.time").sum * 1_000, 0),
      savedTokens: readings.of("platform.cache.saved.tokens").sum,
    });
  },
);

const toolsRoute = defineRoute<Services>()(
  {
    ...ofPeriod,
    path: "/metrics/tools",
    operationId: "getToolMetrics",
    summary: "Runs of each tool, how they ended and how long they took",
    response: z.object({
      tools: z.array(z.object({ tool: z.string(), runs: z.int(), failures: z.int(), p95Ms: z.number() })),
    }),
  },
  async (context, { query: { period } }) => {
    const readings = await readWindow(context, period);
    const tools = readings
      .of("platform.tool.duration")
      .by("tool")
      .map(([tool, values]) => {
        const failed = readings.of("platform.tool.duration", (run) => run.tool === tool && run.outcome !== "ok");
        return { tool, runs: values.count, failures: failed.count, p95Ms: values.quantileMs(0.95) };
      });
    return envelope(context.traceId, { tools });
  },
);

const anomaliesRoute = defineRoute<Services>()(
  {
    ...ofPeriod,
    path: "/metrics/anomalies",
    operationId: "listAnomalies",
    summary: "What is unusual about the last whole minute (1h) or hour (24h, 7d), against those before it",
    response: z.object({
      anomalies: z.array(
        z.object({ metric: z.string(), value: z.number(), usual: z.number(), score: z.number(), at: z.number() }),
      ),
    }),
  },
  async (context, { query: { period } }) => {
    const rows = await readRows(context, period, true);
    const stepMs = period === "1h" ? 60_000 : HOUR_MS;
    return envelope(context.traceId, { anomalies: findAnomalies(rows, stepMs, context.services.clock.nowMs()) });
  },
);

/** `GET /metrics…`: what a tenant's metrics say. */
export const metricRoutes: readonly Route<Services>[] = [
  prometheusRoute,
  overviewRoute,
  slisRoute,
  costRoute,
  cacheRoute,
  toolsRoute,
  anomaliesRoute,
];
