import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { measureEvent } from "#metrics/measure-event";
import { LABEL_DOCS, METRIC_DOCS } from "#metrics/metric-docs";
import { METRICS } from "#metrics/metric-table";
import type { LogFields } from "#observability/logger";

const MODEL_CALL: LogFields = {
  ...{ route: "/chat", model: "m", operation: "chat", principal: "key_1", latencyMs: 1_500, firstTokenMs: 200 },
  ...{ tokensIn: 40, tokensOut: 7, costMicroUsd: 12, requestedModel: "other", cacheStatus: "MISS", outcome: "ok" },
};

/** Lines of the log that together give every metric. */
const LINES: readonly [event: string, fields: LogFields][] = [
  ["request", { method: "POST", route: "/chat", status: 200, latencyMs: 30, overheadMs: 4, session: "new" }],
  ["request", { method: "POST", route: "/chat", status: 429, latencyMs: 3, code: "rate_limited" }],
  ["model_call", MODEL_CALL],
  ["search", { cacheStatus: "stored", latencyMs: 8, savedMs: 900, savedTokens: 120, passages: 5 }],
  ["tool_call", { tool: "summarize", door: "mcp", outcome: "ok", latencyMs: 70 }],
  ["turn_failed", { code: "model_unavailable", isAnswered: false }],
  ["quota_failed", { dependency: "quotas" }],
];

/** The last value of each label in the lines above. */
const LABELS = {
  ...{ http_request_method: "POST", http_route: "/chat", http_response_status_code: "429" },
  ...{ error_type: "model_unavailable", session: "new", dependency: "quotas" },
  ...{ gen_ai_operation_name: "chat", gen_ai_request_model: "m", gen_ai_token_type: "output", principal: "key_1" },
  ...{ cache: "search", cache_result: "stored", tool: "summarize", door: "mcp", outcome: "ok" },
};

type Measured = [name: string, value: number, labels: Readonly<Record<string, string>>];

function measure(...lines: readonly (readonly [string, LogFields])[]): Measured[] {
  const measured: Measured[] = [];
  for (const [event, fields] of lines)
    measureEvent(event, fields, (name, value, values: readonly string[]) => {
      const { labels } = METRICS[name];
      assert.equal(values.length, labels.length, name);
      const named = labels.map((label, index): [string, string] => [label, values[index] ?? ""]);
      measured.push([name, value, Object.fromEntries(named)]);
    });
  return measured;
}

const valueOf = (measured: readonly Measured[], name: keyof typeof METRICS): number | undefined =>
  measured.find(([found]) => found === name)?.[1];

describe("measureEvent", () => {
  it("gives every metric of the table with all its labels in their order, and no other", () => {
    const measured = measure(...LINES);
    assert.deepEqual([...new Set(measured.map(([name]) => name))].sort(), Object.keys(METRICS).sort());
    const labels = Object.assign({}, ...measured.map(([, , of]) => of)) as Record<string, string>;
    assert.deepEqual(labels, LABELS, "each value under its label");
  });

  it("tells durations in seconds and money in dollars", () => {
    const measured = measure(["model_call", MODEL_CALL]);
    assert.equal(valueOf(measured, "gen_ai.client.operation.duration"), 1.5);
    assert.equal(valueOf(measured, "gen_ai.server.time_to_first_token"), 0.2);
    assert.equal(valueOf(measured, "platform.ai.cost"), 0.000012);
  });

  it("counts a failure once: a turn whose request answers with it is counted there", () => {
    const failure = { code: "model_unavailable" };
    assert.equal(measure(["turn_failed", { ...failure, isAnswered: true }]).length, 0);
    assert.deepEqual(measure(["turn_failed", { ...failure, isAnswered: false }])[0]?.[2], {
      http_route: "/chat",
      error_type: "model_unavailable",
    });
  });

  it("takes no label from what a caller may make up", () => {
    const [request] = measure(["request", { method: "BREW", route: "(none)", status: 405 }]);
    assert.equal(request?.[2]["http_request_method"], "_OTHER");
    const [tool] = measure([
      "tool_call",
      { tool: "my_own_name", door: "execute", outcome: "denied", code: "tool_not_found" },
    ]);
    assert.equal(tool?.[2]["tool"], "(unknown)");
  });

  it("is documented: every metric, every label, and nothing that there is not", () => {
    assert.deepEqual(Object.keys(METRIC_DOCS).sort(), Object.keys(METRICS).sort());
    const labels = new Set(Object.values(METRICS).flatMap((shape): readonly string[] => shape.labels));
    assert.deepEqual(Object.keys(LABEL_DOCS).sort(), [...labels].sort());
  });
});
