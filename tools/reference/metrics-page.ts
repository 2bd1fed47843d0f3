import { runbookOf, STANDARD_RULES } from "#metrics/alert-rule";
import { boundsOf } from "#metrics/histogram";
import { LABEL_DOCS, METRIC_DOCS } from "#metrics/metric-docs";
import { type MetricName, type MetricShape, SHAPES } from "#metrics/metric-table";
import { prometheusName } from "#metrics/prometheus-text";
import { OBJECTIVES } from "#metrics/slis";
import { table } from "#tools/reference/markdown-table";

const HEAD = `# Metrics

Every metric there is, made from the table that they are recorded by: \`tools/bazel run //docs/reference:metrics.update\` writes this page. How to switch them on and read them:
[../guides/metrics.md](../guides/metrics.md). Names and units are OpenTelemetry's where it has them. \`GET /metrics\` writes them in Prometheus' text format, with the label
\`tenant\` besides; a histogram has \`_bucket\`, \`_sum\` and \`_count\` there.
`;

const ALERTS = `## Rules that every tenant has

What \`GET /metrics/alerts\` lists from the start. An indicator of a service counts from ten requests on.
`;

const OBJECTIVE_HEAD = `## Objectives

By these \`GET /metrics/slis\` judges a service. A refusal (4xx) is none of its failures; 95 % of its answers must be fast.
`;

/** The page of metrics, as Markdown. Pure. */
export function metricsPage(): string {
  const metrics = [...SHAPES].map(([name, shape]) => metricRow(name as MetricName, shape));
  const labels = Object.entries(LABEL_DOCS).map(([name, values]) => [`\`${name}\``, values]);
  return [
    HEAD,
    table(["metric", "for Prometheus", "kind, unit", "labels", "what it tells"], metrics),
    "## Labels\n",
    table(["label", "values"], labels),
    "## Bounds of histograms\n",
    boundLines(),
    OBJECTIVE_HEAD,
    table(["service", "routes", "available", "an answer is fast within", "a first token within"], objectiveRows()),
    ALERTS,
    table(
      ["rule", "fires when", "over", "runbook"],
      STANDARD_RULES.map((rule) => {
        const { id, name, metric, comparator, threshold, period } = rule;
        const runbook = runbookOf(rule).replace(/^docs\//, "../");
        return [`\`${id}\`: ${name}`, `\`${metric} ${comparator} ${threshold}\``, period, `[${runbook}](${runbook})`];
      }),
    ),
  ].join("\n");
}

function metricRow(name: MetricName, shape: MetricShape): string[] {
  const prometheus = shape.isManyValued === true ? "–" : `\`${prometheusName(name, shape)}\``;
  const labels = shape.labels.map((label) => `\`${label}\``).join(", ");
  return [`\`${name}\``, prometheus, `${shape.kind}, ${shape.unit}`, labels, METRIC_DOCS[name]];
}

function boundLines(): string {
  const listed = (unit: MetricShape["unit"]): string => boundsOf({ kind: "histogram", unit, labels: [] }).join(", ");
  return `Seconds: ${listed("s")}. Everything else: ${listed("{token}")}.\n`;
}

function objectiveRows(): string[][] {
  return Object.entries(OBJECTIVES).map(([service, objective]) => [
    service,
    objective.routes.map((route) => `\`POST ${route}\``).join(", "),
    `${Number((objective.availability * 100).toFixed(2))} %`,
    `${objective.fastSeconds} s`,
    "firstTokenSeconds" in objective ? `${objective.firstTokenSeconds} s` : "–",
  ]);
}
