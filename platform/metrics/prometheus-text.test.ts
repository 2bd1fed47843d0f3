import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";

import { prometheusText } from "#metrics/prometheus-text";
import type { MetricRow } from "#metrics/rollup-book";

interface Family {
  readonly name: string;
  readonly type: string;
  readonly metrics: readonly {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value?: string;
  }[];
}

const parse = createRequire(import.meta.url)("parse-prometheus-text-format") as (text: string) => Family[];

const row = (metric: string, labels: readonly string[], bucket: number, count: number, sum: number): MetricRow => ({
  ...{ at: 0, metric, labels: JSON.stringify(labels), bucket, count, sum },
});

describe("prometheusText", () => {
  it("is read back by a parser: counters, and histograms whose buckets count up", () => {
    const labels = ["POST", "/chat/:sessionId", "200", ""];
    const text = prometheusText(
      [
        row("platform.limits.refusals", ["rate_limited", "/chat"], 0, 3, 3),
        row("http.server.request.duration", labels, 0, 2, 0.006),
        row("http.server.request.duration", labels, 13, 1, 70),
      ],
      "acme",
    );
    const families = new Map(parse(text).map((family) => [family.name, family]));
    const refusals = families.get("platform_limits_refusals_total");
    assert.ok(refusals?.type === "COUNTER");
    assert.deepEqual(refusals.metrics[0], {
      value: "3",
      labels: { tenant: "acme", error_type: "rate_limited", http_route: "/chat" },
    });
    assert.equal(families.get("http_server_request_duration_seconds")?.type, "HISTOGRAM");
    // The parser adds up the series of a histogram: as plain samples each is seen by itself.
    const samples = new Map(parse(text.replace(/^#.*\n/gm, "")).map((family) => [family.name, family.metrics]));
    const buckets = samples.get("http_server_request_duration_seconds_bucket") ?? [];
    assert.deepEqual(
      buckets.map(({ value }) => value),
      [...Array.from({ length: 13 }, () => "2"), "3"],
    );
    assert.deepEqual(buckets.at(-1)?.labels, {
      ...{ tenant: "acme", http_request_method: "POST", http_route: "/chat/:sessionId" },
      ...{ http_response_status_code: "200", error_type: "", le: "+Inf" },
    });
    assert.equal(samples.get("http_server_request_duration_seconds_count")?.[0]?.value, "3");
    assert.equal(samples.get("http_server_request_duration_seconds_sum")?.[0]?.value, "70.006");
  });

  it("writes any value so that it cannot end its quotes", () => {
    const hostile = 'a"} 1\nfake{x="\\';
    const text = prometheusText([row("platform.dependency.failures", [hostile], 0, 1, 1)], "acme");
    const [family, ...others] = parse(text);
    assert.equal(family?.metrics[0]?.labels?.["dependency"], hostile);
    assert.deepEqual(others, []);
  });

  it("keeps labels of many values to itself", () => {
    assert.equal(prometheusText([row("platform.ai.key.cost", ["key_1"], 0, 1, 1)], "acme"), "");
  });
});
