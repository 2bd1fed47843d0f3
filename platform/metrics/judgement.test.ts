import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";

import { type AlertRule, alertRuleSchema, judgeRule, runbookOf, STANDARD_RULES } from "#metrics/alert-rule";
import { findAnomalies, robustScore } from "#metrics/anomalies";
import { boundsOf, bucketOf } from "#metrics/histogram";
import { type LabelsOf, type MetricName, METRICS, type MetricShape } from "#metrics/metric-table";
import { overviewOf } from "#metrics/overview";
import { Readings } from "#metrics/readings";
import type { MetricRow } from "#metrics/rollup-book";
import { sliOf } from "#metrics/slis";

function row<Name extends MetricName>(
  metric: Name,
  value: number,
  labels: LabelsOf<Name>,
  count = 1,
  at = 0,
): MetricRow {
  const shape: MetricShape = METRICS[metric];
  const named = new Map<string, string>(Object.entries(labels));
  const stored = JSON.stringify(shape.labels.map((label) => named.get(label)));
  return { at, metric, labels: stored, bucket: bucketOf(value, boundsOf(shape)), count, sum: value * count };
}

const request = (status: number, count = 1, { route = "/chat", seconds = 0.2, at = 0 } = {}): MetricRow =>
  row(
    "http.server.request.duration",
    seconds,
    { http_request_method: "POST", http_route: route, http_response_status_code: String(status), error_type: "" },
    count,
    at,
  );
const brokenStreams = (count: number): MetricRow =>
  row("platform.stream.failures", 1, { http_route: "/chat", error_type: "model_unavailable" }, count);

describe("sliOf", () => {
  it("holds failures of ours against the objective, streams that broke too", () => {
    const sli = sliOf(new Readings([request(200, 990), request(503, 4), brokenStreams(6)]), "chat");
    assert.equal(sli.requests, 994);
    assert.equal(sli.availability, 0.98994, "1 - 10 / 994, to the millionth");
    // 0.5 % may fail: 1 % is twice as fast.
    assert.equal(sli.burnRate, 2.012);
    assert.ok(sli.budgetLeft < -1);
  });

  it("counts neither what callers did wrong, nor another service, nor speech that is not enabled", () => {
    const rows = [request(200, 10), request(429, 500), request(400, 50), request(500, 7, { route: "/ingest" })];
    assert.deepEqual(
      [sliOf(new Readings(rows), "chat").requests, sliOf(new Readings(rows), "chat").availability],
      [10, 1],
    );
    assert.equal(sliOf(new Readings([request(501, 9, { route: "/tts" })]), "tts").availability, 1);
  });

  it("knows what was fast", () => {
    const slow = request(200, 30, { route: "/search", seconds: 8 });
    const sli = sliOf(new Readings([request(200, 70, { route: "/search" }), slow]), "search");
    assert.equal(sli.fastShare, 0.7);
    assert.ok(sli.p95Ms > 5_000);
  });

  it("promises what nobody asked for", () => {
    const { requests, availability, burnRate, fastShare } = sliOf(new Readings([]), "tools");
    assert.deepEqual(
      { requests, availability, burnRate, fastShare },
      { requests: 0, availability: 1, burnRate: 0, fastShare: 1 },
    );
  });
});

describe("overviewOf", () => {
  it("tells no more digits than were measured", () => {
    const cost = { gen_ai_request_model: "m", http_route: "/chat" };
    const costs = Array.from({ length: 10 }, () => row("platform.ai.cost", 0.1, cost));
    const { p50Ms, costUsd } = overviewOf(new Readings([request(200, 3, { seconds: 0.002 }), ...costs]));
    assert.deepEqual({ p50Ms, costUsd }, { p50Ms: 2.5, costUsd: 1 });
    assert.equal(overviewOf(new Readings([request(200, 3), request(200, 4, { seconds: 0.3 })])).p50Ms, 281.3);
  });

  it("leaves out metrics of another release", () => {
    const foreign: MetricRow = { at: 0, metric: "platform.gone", labels: "[]", bucket: 0, count: 1, sum: 1 };
    assert.equal(overviewOf(new Readings([foreign, request(200)])).requests, 1);
  });
});

describe("robustScore", () => {
  it("is not moved by an outlier in the history", () => {
    const history = [10, 11, 9, 10, 12, 1_000, 10, 11];
    assert.ok(Math.abs(robustScore(10, history).score) < 1);
    assert.ok(robustScore(60, history).score > 3.5);
  });

  it("takes a constant history at its word", () => {
    assert.equal(robustScore(0, [0, 0, 0]).score, 0);
    assert.ok(robustScore(1, [0, 0, 0]).score > 3.5);
  });
});

describe("findAnomalies", () => {
  const MINUTE = 60_000;
  const quiet = Array.from({ length: 12 }, (_, minute) => request(200, 100 + (minute % 3), { at: minute * MINUTE }));

  it("finds what is unusual about the last whole minute", () => {
    const rows = [...quiet, request(200, 900, { at: 12 * MINUTE }), request(500, 40, { at: 12 * MINUTE })];
    const found = findAnomalies(rows, MINUTE, 13 * MINUTE);
    assert.deepEqual(found.map(({ metric }) => metric).sort(), ["errors", "requests"]);
    assert.deepEqual(findAnomalies(rows, MINUTE, 12.5 * MINUTE), [], "the minute is not over");
  });

  it("finds nothing in what is as ever, or in too short a history", () => {
    assert.deepEqual(findAnomalies(quiet, MINUTE, 12 * MINUTE), []);
    assert.deepEqual(findAnomalies([request(200, 1), request(200, 999, { at: MINUTE })], MINUTE, 3 * MINUTE), []);
  });
});

describe("alert rules", () => {
  const burning = new Readings([request(200, 50), request(503, 50)]);
  const [rule = alertRuleSchema.parse({})] = STANDARD_RULES.filter(({ id }) => id === "chat-burns");

  it("fire when their metric is beyond the threshold, unless they are off", () => {
    assert.equal(judgeRule(rule, burning).isFiring, true);
    assert.equal(judgeRule({ ...rule, enabled: false }, burning).isFiring, false);
    assert.equal(judgeRule(rule, new Readings([request(200, 100)])).isFiring, false);
  });

  it("compare as they say", () => {
    const fires = (comparator: AlertRule["comparator"], threshold: number): boolean =>
      judgeRule({ ...rule, metric: "requests", comparator, threshold }, burning).isFiring;
    assert.deepEqual(
      [fires(">", 100), fires(">=", 100), fires("<", 100), fires("<=", 100)],
      [false, true, false, true],
    );
    assert.deepEqual([fires(">", 99), fires(">=", 101), fires("<", 101), fires("<=", 99)], [true, false, true, false]);
  });

  it("do not fire on a handful of requests", () => {
    assert.equal(judgeRule(rule, new Readings([request(503, 5)])).isFiring, false);
  });

  it("name a runbook that is there, whatever they watch", () => {
    for (const metric of alertRuleSchema.shape.metric.options) {
      const runbook = runbookOf({ ...rule, metric });
      assert.ok(existsSync(runbook), `${metric}: ${runbook}`);
    }
  });

  it("are valid as they come", () => {
    for (const standard of STANDARD_RULES) assert.deepEqual(alertRuleSchema.parse(standard), standard);
  });
});
