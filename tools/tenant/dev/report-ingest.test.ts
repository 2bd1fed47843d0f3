import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { plainPaint } from "#tools/command/paint";
import { formatIngestReport } from "#tools/tenant/dev/report-ingest";

const empty = { stored: 0, unchanged: 0, failed: [], skipped: [] };

describe("formatIngestReport", () => {
  it("counts what happened and names what was not taken", () => {
    const report = {
      stored: 3,
      unchanged: 2,
      skipped: [{ file: "a.md", reason: "empty" }],
      failed: [{ file: "b.md", reason: "too long" }],
    };
    assert.equal(
      formatIngestReport(report, "docs", 87, plainPaint),
      "ingest 3 new or changed, 2 unchanged, 1 skipped, 1 failed (87 ms)\n  skipped a.md: empty\n  failed b.md: too long",
    );
  });

  it("says that there was nothing to upload", () => {
    assert.match(formatIngestReport(empty, "docs", 1, plainPaint), /there are no .* files in docs/);
  });

  it("does not list hundreds of failures", () => {
    const failed = Array.from({ length: 300 }, (_, index) => ({ file: `${index}.md`, reason: "no" }));
    const lines = formatIngestReport({ ...empty, failed }, "docs", 1, plainPaint).split("\n");
    assert.equal(lines.length, 12);
    assert.equal(lines.at(-1), "  … and 290 more failed");
  });
});
