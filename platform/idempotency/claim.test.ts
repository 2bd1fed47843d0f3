import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CLAIM_MS, judgeClaim, KEPT_MS, type KeyRecord } from "#idempotency/claim";

const NOW = 1_700_000_000_000;

const record = (extra: Partial<KeyRecord> = {}): KeyRecord => ({
  requestDigest: "a",
  state: "running",
  claimId: "1",
  claimedUntilMs: NOW + CLAIM_MS,
  expiresAtMs: NOW + KEPT_MS,
  ...extra,
});

describe("judgeClaim", () => {
  it("lets the first request run", () => {
    assert.equal(judgeClaim(undefined, "a", NOW), "granted");
  });

  it("holds a second one back while the first one runs", () => {
    assert.equal(judgeClaim(record(), "a", NOW), "running");
    assert.equal(judgeClaim(record(), "a", NOW + CLAIM_MS - 1), "running");
  });

  it("gives the key away when the first one has shown no sign of life", () => {
    assert.equal(judgeClaim(record(), "a", NOW + CLAIM_MS), "granted");
  });

  it("never takes another request for the same, whatever became of the first", () => {
    for (const state of ["running", "answered", "too_large"] as const)
      assert.equal(judgeClaim(record({ state }), "b", NOW), "mismatch");
  });

  it("tells what has become of the first one, long after its claim", () => {
    assert.equal(judgeClaim(record({ state: "answered" }), "a", NOW + CLAIM_MS), "answered");
    assert.equal(judgeClaim(record({ state: "too_large" }), "a", NOW + CLAIM_MS), "too_large");
  });

  it("forgets after a day, even when the alarm is late", () => {
    for (const digest of ["a", "b"])
      assert.equal(judgeClaim(record({ state: "answered" }), digest, NOW + KEPT_MS), "granted");
  });
});
