import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { boundsOf } from "#metrics/histogram";
import type { Increment } from "#metrics/metric-recorder";
import { SHAPES } from "#metrics/metric-table";
import { metricsObjectName } from "#metrics/metrics-object-name";
import type { MetricsObject } from "#metrics/metrics-object";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { CALM, FIRING, type InputSeries, MINUTES } from "#tests/monitoring/alert-cases";
import { fileOf, promtool } from "#tests/monitoring/promtool";
import { grafanaDashboard } from "#tools/monitoring/grafana-dashboard";
import { type PrometheusAlert, prometheusAlerts } from "#tools/monitoring/prometheus-alerts";
import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

const RULES = "docs/dashboards/prometheus-alerts.yaml";
const ACME = tenantIdSchema.parse("acme");

describe("promtool, on what a tenant's Worker gives to Prometheus", () => {
  let worker: TestWorker;
  before(async () => {
    worker = await startTestWorker();
  });
  after(() => worker.dispose());

  it("has no objection to any metric of the table", async () => {
    const { METRICS: objects } = await worker.runtime.bindings<{ METRICS: DurableObjectNamespace<MetricsObject> }>();
    const object = objects.getByName(metricsObjectName(ACME));
    for (const [metric, shape] of SHAPES) {
      const labels = JSON.stringify(shape.labels.map((label) => `some "${label}" \\ and\nmore`));
      const increments = [0, boundsOf(shape).length].map((bucket): Increment => [metric, labels, bucket, 3, 4.5]);
      await object.add(ACME, increments, Date.now());
    }
    const key = await worker.makeKey("acme", ["metrics"]);
    const { text } = await worker.call("/metrics", { tenant: "acme", key });
    assert.equal(text.match(/^# TYPE /gm)?.length, [...SHAPES.values()].filter((shape) => !shape.isManyValued).length);
    assert.deepEqual(promtool(["check", "metrics"], text), { status: 0, text: "" });
    const [, without] = /^# HELP .*\n([^]*)/m.exec(text) ?? [];
    assert.equal(promtool(["check", "metrics"], without).status, 3, "it does look");
    assert.equal(promtool(["check", "metrics"], text.replace('tenant="', "tenant=")).status, 1);
  });
});

describe("promtool, on what is to be imported", () => {
  it("reads the alerts", () => {
    const { status, text } = promtool(["check", "rules", RULES]);
    assert.equal(status, 0, text);
    assert.match(text, new RegExp(`${prometheusAlerts().length} rules found`));
  });

  it("reads every question of the dashboard, its types too", () => {
    const { panels } = grafanaDashboard() as { panels: { targets: { expr: string }[] }[] };
    const asked = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const check = (expressions: readonly string[]) =>
      promtool(["check", "rules", fileOf("dashboard.yaml", recordingRules(expressions))]);
    const { status, text } = check(asked);
    assert.equal(status, 0, text);
    assert.equal(check(["rate(1)"]).status, 1, "it does look");
  });

  for (const alert of prometheusAlerts())
    it(`fires ${alert.alert} for the tenant that it is about, and for no other`, () => {
      const input = FIRING.get(alert.alert) ?? assert.fail("there is no case");
      const { status, text } = promtool(["test", "rules", fileOf("test.yaml", caseOf(alert, input, true))]);
      assert.equal(status, 0, text);
    });

  it("fires nothing for tenants that fare well", () => {
    const tests = prometheusAlerts().flatMap((alert) => caseOf(alert, CALM, false).tests);
    const { status, text } = promtool(["test", "rules", fileOf("test.yaml", { ...headOf(), tests })]);
    assert.equal(status, 0, text);
  });
});

function recordingRules(expressions: readonly string[]): object {
  const rules = expressions.map((expr, index) => ({
    record: `asked_${index}`,
    expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$tenant", ".*"),
  }));
  return { groups: [{ name: "dashboard", rules }] };
}

function headOf(): { rule_files: string[]; evaluation_interval: string } {
  return { rule_files: [`${process.cwd()}/${RULES}`], evaluation_interval: "1m" };
}

/** A file for `promtool test rules`: what comes in, and which alerts fire then. */
function caseOf({ alert, labels, annotations }: PrometheusAlert, input: readonly InputSeries[], isFiring: boolean) {
  const own = alert === "MetricsNotRead" ? { job: "tenants", instance: "acme:443" } : {};
  const told = annotations.summary
    .replace("{{ $labels.tenant }}", "acme")
    .replace("{{ $labels.instance }}", "acme:443");
  const fired = {
    exp_labels: { ...labels, ...own, tenant: "acme" },
    exp_annotations: { ...annotations, summary: told },
  };
  return {
    ...headOf(),
    tests: [
      {
        interval: "1m",
        input_series: input,
        alert_rule_test: [{ eval_time: `${MINUTES}m`, alertname: alert, exp_alerts: isFiring ? [fired] : [] }],
      },
    ],
  };
}
