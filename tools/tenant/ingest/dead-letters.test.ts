import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { plainPaint } from "#tools/command/paint";
import { formatDeadLetters } from "#tools/tenant/ingest/dead-letters";

describe("formatDeadLetters", () => {
  it("says which documents were not stored, and why", () => {
    const failed = [{ docId: "a.md", code: "model_unavailable", message: "The model is unavailable" }];
    assert.equal(
      formatDeadLetters([{ jobId: "j1", createdAt: "2026-11-21T12:00:00.000Z", failed }], plainPaint),
      "job j1 2026-11-21T12:00:00.000Z\n  a.md: model_unavailable: The model is unavailable",
    );
  });

  it("says that there is none", () => {
    assert.match(formatDeadLetters([], plainPaint), /no document is waiting/);
  });
});
