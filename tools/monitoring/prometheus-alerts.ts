import { type AlertRule, runbookOf, STANDARD_RULES } from "#metrics/alert-rule";
import { OBJECTIVES, type ServiceName } from "#metrics/slis";
import { errorShare, increaseBy, quantileBy, series } from "#tools/monitoring/promql";

/** An alerting rule as Prometheus reads it (prometheus.io/docs/prometheus/latest/configuration/alerting_rules). */
export interface PrometheusAlert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: "page" | "ticket" };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

/** A month's budget is gone in two days: both windows, so that it fires soon and ends soon (Google, "SRE Workbook", chapter 5). */
const FAST_BURN = 14.4;

/** The expressions of what else the standard rules watch. */
const EXPRESSIONS: Readonly<Record<string, string>> = {
  "chat.firstTokenP95Ms": `1000 * ${quantileBy(
    0.95,
    "tenant",
    series("gen_ai.server.time_to_first_token", "_bucket", { http_route: routesOf("chat") }),
    "1h",
  )}`,
  "search.p95Ms": `1000 * ${quantileBy(
    0.95,
    "tenant",
    series("http.server.request.duration", "_bucket", {
      http_request_method: '="POST"',
      http_route: routesOf("search"),
      http_response_status_code: '!~"4..|501"',
    }),
    "1h",
  )}`,
  modelFailures: increaseBy(
    "tenant",
    series("gen_ai.client.operation.duration", "_count", { error_type: '!~"|cancelled"' }),
    "1h",
  ),
  dependencyFailures: increaseBy("tenant", series("platform.dependency.failures", ""), "1h"),
  rateLimited: increaseBy("tenant", series("platform.limits.refusals", "", { error_type: '="rate_limited"' }), "1h"),
};

/** The rules that every tenant has, for those who would rather be told by Prometheus, and one on being read at all. */
export function prometheusAlerts(): readonly PrometheusAlert[] {
  return [
    ...STANDARD_RULES.map(toPrometheus),
    {
      alert: "MetricsNotRead",
      expr: 'up{job="tenants"} == 0',
      for: "10m",
      labels: { severity: "ticket" },
      annotations: {
        summary: "{{ $labels.instance }} gives no metrics",
        runbook: "docs/runbooks/incident.md",
      },
    },
  ];
}

function toPrometheus(rule: AlertRule): PrometheusAlert {
  const { id, name, metric } = rule;
  const burning = /^(\w+)\.burnRate$/.exec(metric)?.[1] as ServiceName | undefined;
  return {
    alert: id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    expr: burning === undefined ? compared(rule) : burns(burning),
    labels: { severity: burning === undefined ? "ticket" : "page" },
    annotations: { summary: `{{ $labels.tenant }}: ${name}`, runbook: runbookOf(rule) },
  };
}

function burns(service: ServiceName): string {
  const most = Number((FAST_BURN * (1 - OBJECTIVES[service].availability)).toFixed(6));
  return ["1h", "5m"].map((window) => `${errorShare(service, window)} > ${most}`).join("\nand ");
}

function compared({ metric, comparator, threshold }: AlertRule): string {
  const expression = EXPRESSIONS[metric];
  if (expression === undefined) throw new Error(`no expression tells ${metric}`);
  return `${expression} ${comparator} ${threshold}`;
}

function routesOf(service: ServiceName): string {
  return `=~"${OBJECTIVES[service].routes.join("|")}"`;
}

/** The rules as a file. Pure. */
export function alertsFile(alerts: readonly PrometheusAlert[]): string {
  return [
    "# Made by tools/bazel run //docs/dashboards:prometheus_alerts.update. Import it with `rule_files`.",
    "groups:",
    "  - name: tenant-ai-platform",
    "    rules:",
    ...alerts.flatMap(({ alert, expr, for: duration, labels, annotations }) => [
      `      - alert: ${alert}`,
      "        expr: |-",
      ...expr.split("\n").map((line) => `          ${line}`),
      ...(duration === undefined ? [] : [`        for: ${duration}`]),
      "        labels:",
      `          severity: ${labels.severity}`,
      "        annotations:",
      `          summary: ${JSON.stringify(annotations.summary)}`,
      `          runbook: ${annotations.runbook}`,
    ]),
    "",
  ].join("\n");
}
