import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { jobStatus } from "#ingest-jobs/job-status";

describe("jobStatus", () => {
  const cases = [
    { status: "queued", total: 3, waiting: 3, failed: 0, updatedAtMs: 1 },
    { status: "running", total: 3, waiting: 3, failed: 0, updatedAtMs: 2 },
    { status: "running", total: 3, waiting: 1, failed: 2, updatedAtMs: 2 },
    { status: "succeeded", total: 3, waiting: 0, failed: 0, updatedAtMs: 2 },
    { status: "partial", total: 3, waiting: 0, failed: 2, updatedAtMs: 2 },
    { status: "failed", total: 3, waiting: 0, failed: 3, updatedAtMs: 2 },
  ];
  for (const { status, ...counts } of cases) {
    it(`is ${status} with ${counts.waiting} waiting and ${counts.failed} failed of ${counts.total}`, () => {
      assert.equal(jobStatus({ ...counts, createdAtMs: 1 }), status);
    });
  }
});
