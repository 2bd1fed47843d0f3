import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { plainPaint } from "#tools/command/paint";
import type { IngestFolder, IngestReport } from "#tools/tenant/client/ingest-folder";
import { formatIngestReport } from "#tools/tenant/client/report-ingest";

const empty: IngestReport = { stored: 0, unchanged: 0, failed: [], skipped: [], missing: [], deleted: 0 };
const format = (report: Partial<IngestReport>, options: Partial<IngestFolder> = {}): string =>
  formatIngestReport({ ...empty, ...report }, { folder: "docs", ...options }, 87, plainPaint);

describe("formatIngestReport", () => {
  it("counts what happened and names what was not taken", () => {
    const report = {
      stored: 3,
      unchanged: 2,
      skipped: [{ file: "a.md", reason: "empty" }],
      failed: [{ file: "b.md", reason: "too long" }],
    };
    assert.equal(
      format(report),
      "ingest 3 new or changed, 2 unchanged, 1 skipped, 1 failed (87 ms)\n  skipped a.md: empty\n  failed b.md: too long",
    );
  });

  it("says that there was nothing to upload", () => {
    assert.match(format({}), /there are no .* files in docs/);
  });

  it("does not list hundreds of failures", () => {
    const failed = Array.from({ length: 300 }, (_, index) => ({ file: `${index}.md`, reason: "no" }));
    const lines = format({ failed }).split("\n");
    assert.equal(lines.length, 12);
    assert.equal(lines.at(-1), "  … and 290 more failed");
  });

  it("names documents whose file is gone until they are deleted", () => {
    assert.match(format({ missing: ["a.md", "b.md"] }), /no longer in the folder: a\.md, b\.md \(--delete-missing/);
    const deleted = format({ missing: ["a.md", "b.md"], deleted: 2 });
    assert.match(deleted, /, 2 deleted \(/);
    assert.doesNotMatch(deleted, /no longer in the folder/);
  });

  it("says why it stopped and that it can go on", () => {
    assert.match(
      format({ stored: 1, stopped: "nobody answers" }),
      /stopped: nobody answers\n {2}run it again to go on/,
    );
  });

  it("does not claim to have done what a dry run only compared", () => {
    assert.match(format({ stored: 1 }, { dryRun: true }), /^ingest would be 1 new or changed/);
  });
});
