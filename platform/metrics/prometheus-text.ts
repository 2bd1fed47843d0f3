import { boundsOf } from "#metrics/histogram";
import { type MetricShape, SHAPES } from "#metrics/metric-table";
import { type Reading, toReadings } from "#metrics/readings";
import type { MetricRow } from "#metrics/rollup-book";

/** Media type of Prometheus' text format. */
export const PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

/** A metric's name for Prometheus, as OpenTelemetry maps it: `_` for `.`, the unit and `_total` behind. */
export function prometheusName(metric: string, { kind, unit }: MetricShape): string {
  const suffix = unit === "s" ? "_seconds" : unit === "USD" ? "_usd" : "";
  return `${metric.replaceAll(".", "_")}${suffix}${kind === "counter" ? "_total" : ""}`;
}

/**
 * Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats) of what a tenant's metrics have come to since
 * ever. Metrics whose labels take many values are left out. Pure.
 */
export function prometheusText(rows: readonly MetricRow[], tenant: string): string {
  const byMetric = Map.groupBy(toReadings(rows), ({ metric }) => metric);
  const lines: string[] = [];
  for (const [metric, readings] of byMetric) {
    const shape = SHAPES.get(metric);
    if (shape === undefined || shape.isManyValued) continue;
    const name = prometheusName(metric, shape);
    lines.push(`# HELP ${name} ${metric} in ${shape.unit}`, `# TYPE ${name} ${shape.kind}`);
    for (const series of Map.groupBy(readings, ({ labels }) => JSON.stringify(labels)).values())
      lines.push(...linesOf(name, boundsOf(shape), series, tenant));
  }
  return lines.map((line) => `${line}\n`).join("");
}

function linesOf(name: string, bounds: readonly number[], series: readonly Reading[], tenant: string): string[] {
  const labels = { tenant, ...series[0]?.labels };
  const total = (rows: readonly Reading[], key: "count" | "sum"): number =>
    rows.reduce((sum, row) => sum + row[key], 0);
  const sum = total(series, "sum");
  if (bounds.length === 0) return [`${name}${written(labels)} ${sum}`];
  const count = total(series, "count");
  return [
    ...bounds.map((bound, index) => {
      const below = series.filter(({ bucket }) => bucket <= index);
      return `${name}_bucket${written({ ...labels, le: String(bound) })} ${total(below, "count")}`;
    }),
    `${name}_bucket${written({ ...labels, le: "+Inf" })} ${count}`,
    `${name}_sum${written(labels)} ${sum}`,
    `${name}_count${written(labels)} ${count}`,
  ];
}

/** Labels in braces. Backslash, quote and line feed are escaped alike in JSON and in this format; nothing else occurs in a value. */
function written(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`)
    .join()}}`;
}
