import { OBJECTIVES, type ServiceName } from "#metrics/slis";
import { errorShare, increaseBy, quantileBy, rateBy, series } from "#tools/monitoring/promql";

/** A line or several of a panel: an expression, and what it is called. */
interface Query {
  readonly expr: string;
  readonly name: string;
}

/** What a panel shows. */
interface PanelSpec {
  readonly title: string;
  readonly unit: "s" | "reqps" | "percentunit" | "currencyUSD" | "short";
  readonly queries: readonly Query[];
}

const WINDOW = "$__rate_interval";
const OWN = { tenant: '=~"$tenant"' };
const SERVICES = Object.keys(OBJECTIVES) as ServiceName[];
const WIDTH = 8;
const HEIGHT = 8;
const COLUMNS = 3;

const requests = series("http.server.request.duration", "_count", OWN);
const quantiles = (buckets: string): Query[] =>
  [0.5, 0.95, 0.99].map((q) => ({ expr: quantileBy(q, "tenant", buckets, WINDOW), name: `{{tenant}} p${q * 100}` }));

const PANELS: readonly PanelSpec[] = [
  {
    title: "Requests by route",
    unit: "reqps",
    queries: [{ expr: rateBy("http_route", requests, WINDOW), name: "{{http_route}}" }],
  },
  {
    title: "Failures by our fault",
    unit: "percentunit",
    queries: SERVICES.map((service) => ({ expr: errorShare(service, WINDOW, OWN), name: `{{tenant}} ${service}` })),
  },
  {
    title: "Error budget burn rate, one hour (1 uses it up, 14.4 pages)",
    unit: "short",
    queries: SERVICES.map((service) => ({
      expr: `(${errorShare(service, "1h", OWN)}) / ${Number((1 - OBJECTIVES[service].availability).toFixed(6))}`,
      name: `{{tenant}} ${service}`,
    })),
  },
  {
    title: "Latency to the headers",
    unit: "s",
    queries: quantiles(series("http.server.request.duration", "_bucket", OWN)),
  },
  {
    title: "First token",
    unit: "s",
    queries: quantiles(series("gen_ai.server.time_to_first_token", "_bucket", OWN)),
  },
  {
    title: "The platform's own time",
    unit: "s",
    queries: quantiles(series("platform.request.overhead", "_bucket", OWN)),
  },
  {
    title: "Model calls",
    unit: "reqps",
    queries: [
      {
        expr: rateBy(
          "gen_ai_request_model, error_type",
          series("gen_ai.client.operation.duration", "_count", OWN),
          WINDOW,
        ),
        name: "{{gen_ai_request_model}} {{error_type}}",
      },
      {
        expr: rateBy("gen_ai_request_model", series("platform.ai.fallbacks", "", OWN), WINDOW),
        name: "fallback to {{gen_ai_request_model}}",
      },
    ],
  },
  {
    title: "Tokens per second",
    unit: "short",
    queries: [
      {
        expr: rateBy("gen_ai_token_type", series("gen_ai.client.token.usage", "_sum", OWN), WINDOW),
        name: "{{gen_ai_token_type}}",
      },
    ],
  },
  {
    title: "Cost of an hour",
    unit: "currencyUSD",
    queries: [
      {
        expr: increaseBy("tenant, gen_ai_request_model", series("platform.ai.cost", "", OWN), "1h"),
        name: "{{tenant}} {{gen_ai_request_model}}",
      },
    ],
  },
  { title: "Searches", unit: "s", queries: quantiles(series("platform.search.duration", "_bucket", OWN)) },
  {
    title: "Passages a search gives",
    unit: "short",
    queries: [
      {
        expr: `${rateBy("tenant", series("platform.search.passages", "_sum", OWN), WINDOW)} / ${rateBy("tenant", series("platform.search.passages", "_count", OWN), WINDOW)}`,
        name: "{{tenant}}",
      },
    ],
  },
  {
    title: "Caches",
    unit: "reqps",
    queries: [
      {
        expr: rateBy("cache, cache_result", series("platform.cache.requests", "", OWN), WINDOW),
        name: "{{cache}} {{cache_result}}",
      },
    ],
  },
  {
    title: "Saved by caches in an hour",
    unit: "short",
    queries: [
      { expr: increaseBy("cache", series("platform.cache.saved.time", "", OWN), "1h"), name: "{{cache}} seconds" },
      { expr: increaseBy("cache", series("platform.cache.saved.tokens", "", OWN), "1h"), name: "{{cache}} tokens" },
    ],
  },
  {
    title: "Refused by limits and budgets",
    unit: "reqps",
    queries: [
      {
        expr: rateBy("tenant, error_type", series("platform.limits.refusals", "", OWN), WINDOW),
        name: "{{tenant}} {{error_type}}",
      },
    ],
  },
  {
    title: "Tools",
    unit: "reqps",
    queries: [
      {
        expr: rateBy("tool, outcome", series("platform.tool.duration", "_count", OWN), WINDOW),
        name: "{{tool}} {{outcome}}",
      },
    ],
  },
  {
    title: "Turns of new and known sessions",
    unit: "reqps",
    queries: [{ expr: rateBy("session", series("platform.sessions", "", OWN), WINDOW), name: "{{session}}" }],
  },
  {
    title: "Broken streams",
    unit: "reqps",
    queries: [
      {
        expr: rateBy("http_route, error_type", series("platform.stream.failures", "", OWN), WINDOW),
        name: "{{http_route}} {{error_type}}",
      },
    ],
  },
  {
    title: "Failures of dependencies",
    unit: "reqps",
    queries: [
      {
        expr: rateBy("tenant, dependency", series("platform.dependency.failures", "", OWN), WINDOW),
        name: "{{tenant}} {{dependency}}",
      },
    ],
  },
];

/** A dashboard as Grafana imports it (grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model). Pure. */
export function grafanaDashboard(): object {
  const datasource = { type: "prometheus", uid: "${datasource}" };
  return {
    uid: "tenant-ai-platform",
    title: "Tenants",
    description: "Made by tools/bazel run //docs/dashboards:grafana.update",
    tags: ["tenant-ai-platform"],
    schemaVersion: 39,
    editable: true,
    refresh: "1m",
    time: { from: "now-6h", to: "now" },
    templating: {
      list: [
        { name: "datasource", label: "Prometheus", type: "datasource", query: "prometheus" },
        {
          name: "tenant",
          label: "Tenant",
          type: "query",
          datasource,
          query: `label_values(${series("http.server.request.duration", "_count")}, tenant)`,
          multi: true,
          includeAll: true,
          allValue: ".*",
          refresh: 2,
        },
      ],
    },
    panels: PANELS.map(({ title, unit, queries }, index) => ({
      id: index + 1,
      type: "timeseries",
      title,
      datasource,
      gridPos: { h: HEIGHT, w: WIDTH, x: (index % COLUMNS) * WIDTH, y: Math.floor(index / COLUMNS) * HEIGHT },
      fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 8, showPoints: "never" } }, overrides: [] },
      options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
      targets: queries.map(({ expr, name }, query) => ({
        refId: String.fromCharCode(65 + query),
        datasource,
        expr,
        legendFormat: name,
      })),
    })),
  };
}
