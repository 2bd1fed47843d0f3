import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { formatResult } from "#tests/load/command/format-report";
import type { ScenarioResult } from "#tests/load/scenario";
import { plainPaint } from "#tools/command/paint";

const result: ScenarioResult = {
  columns: ["p50 ms", "req/s"],
  rows: [
    { subject: "direct", cells: [0.333, 21_065.4] },
    { subject: "ours", cells: [Number.NaN, 12.34] },
  ],
  targets: [
    { what: "overhead", value: 0.9, unit: "ms", atMost: 0.95 },
    { what: "rate", value: 12, unit: "/s", atLeast: 1_500 },
    { what: "unmeasured", value: Number.NaN, unit: "ms", atMost: 1 },
  ],
};

describe("formatResult", () => {
  it("is a table for people, and says of each promise whether it is kept", () => {
    const text = formatResult({ name: "proxy", about: "what it costs" }, result, plainPaint);
    assert.equal(
      text,
      [
        "proxy: what it costs",
        "",
        "|        | p50 ms | req/s |",
        "| ------ | -----: | ----: |",
        "| direct |   0.33 | 21065 |",
        "| ours   |      – |  12.3 |",
        "",
        "kept   overhead: 0.90 ms (at most 0.95)",
        "missed rate: 12 /s (at least 1500)",
        "missed unmeasured: – ms (at most 1)",
        "",
      ].join("\n"),
    );
  });
});
