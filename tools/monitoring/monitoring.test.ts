import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";

import { parser } from "@prometheus-io/lezer-promql";

import { STANDARD_RULES } from "#metrics/alert-rule";
import { type MetricShape, SHAPES } from "#metrics/metric-table";
import { prometheusName } from "#metrics/prometheus-text";
import { grafanaDashboard } from "#tools/monitoring/grafana-dashboard";
import { alertsFile, prometheusAlerts } from "#tools/monitoring/prometheus-alerts";

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number };
  readonly targets: readonly { readonly refId: string; readonly expr: string }[];
}

/** Names of the series that Prometheus has of ours, and which labels each carries. */
const LABELS_OF_SERIES = new Map(
  [...SHAPES]
    .filter(([, shape]) => shape.isManyValued !== true)
    .flatMap(([metric, shape]) =>
      seriesOf(metric, shape).map((name): [string, readonly string[]] => [name, shape.labels]),
    ),
);

function seriesOf(metric: string, shape: MetricShape): string[] {
  const name = prometheusName(metric, shape);
  return shape.kind === "counter" ? [name] : [`${name}_bucket`, `${name}_count`, `${name}_sum`];
}

/** What Grafana puts in before it asks, and what it does not know of PromQL. */
function asked(expression: string): string {
  return expression.replaceAll("$__rate_interval", "5m").replaceAll("$tenant", ".*");
}

/** The series of an expression, with the labels that it speaks of. @throws AssertionError when it is no PromQL. */
function parsePromql(expression: string): { readonly names: string[]; readonly labels: string[] } {
  const [names, labels]: [string[], string[]] = [[], []];
  parser.parse(expression).iterate({
    enter: ({ name, type, from, to }) => {
      assert.ok(!type.isError, `no PromQL at ${from}: ${expression}`);
      const text = expression.slice(from, to);
      if (name === "Identifier") names.push(text);
      if (name === "LabelName") labels.push(text);
    },
  });
  return { names, labels };
}

function checkExpression(expression: string, known = LABELS_OF_SERIES): void {
  const { names, labels } = parsePromql(asked(expression));
  assert.ok(names.length > 0, `no series in ${expression}`);
  const possible = new Set(["tenant", "le", ...names.flatMap((name) => known.get(name) ?? [])]);
  for (const name of names) assert.ok(known.has(name), `${name} is no series of ours: ${expression}`);
  for (const label of labels) assert.ok(possible.has(label), `${label} is no label there: ${expression}`);
}

describe("the dashboard", () => {
  const { panels } = grafanaDashboard() as { readonly panels: readonly Panel[] };
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

  it("asks PromQL that parses, of series and labels that there are", () => {
    for (const expression of expressions) checkExpression(expression);
  });

  it("shows every metric that Prometheus is given", () => {
    const shown = new Set(expressions.flatMap((expression) => parsePromql(asked(expression)).names));
    for (const [metric, shape] of SHAPES) {
      if (shape.isManyValued === true) continue;
      assert.ok(
        seriesOf(metric, shape).some((name) => shown.has(name)),
        metric,
      );
    }
  });

  it("gives each panel an id and a place of its own", () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    assert.equal(new Set(panels.map(({ gridPos: { x, y } }) => `${x},${y}`)).size, panels.length);
    for (const { targets } of panels) assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length);
  });
});

describe("the alerts for Prometheus", () => {
  const alerts = prometheusAlerts();

  it("are the standard rules, in PromQL that parses, of series and labels that there are", () => {
    assert.equal(alerts.length, STANDARD_RULES.length + 1);
    const known = new Map([...LABELS_OF_SERIES, ["up", ["job"]] as const]);
    for (const { expr } of alerts) checkExpression(expr, known);
  });

  it("name runbooks that there are", () => {
    for (const { alert, annotations } of alerts)
      assert.ok(existsSync(annotations.runbook), `${alert}: ${annotations.runbook}`);
  });

  it("are written so that each expression is read as it is", () => {
    const file = alertsFile(alerts);
    const read = [...file.matchAll(/expr: \|-\n((?: {10}.*\n)+)/g)].map(([, block = ""]) =>
      block.replace(/^ {10}/gm, "").trimEnd(),
    );
    assert.deepEqual(
      read,
      alerts.map(({ expr }) => expr),
    );
  });
});

describe("the check of expressions", () => {
  for (const wrong of [
    "sum(rate(x_total[5m])",
    "rate(no_such_series_total[5m])",
    'platform_sessions_total{http_route="/chat"}',
    "1 +",
  ])
    it(`refuses ${wrong}`, () => {
      assert.throws(() => checkExpression(wrong));
    });
});
