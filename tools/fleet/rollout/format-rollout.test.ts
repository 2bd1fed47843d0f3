import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { plainPaint } from "#tools/command/paint";
import { formatCounts, formatTenant, nextCommands } from "./format-rollout.js";
import type { RolloutState, TenantStatus } from "./rollout-state.js";

const stateOf = (...statuses: readonly TenantStatus[]): RolloutState => ({
  environment: "staging",
  startedAt: "2026-11-01T00:00:00.000Z",
  tenants: statuses.map((status, index) => ({ id: `t${index}`, wave: 1, status })),
});

describe("formatTenant", () => {
  it("says who, what, how long, and why not", () => {
    const tenant = { id: "acme", wave: 1, status: "failed" as const, release: "r-1", seconds: 3, why: "no", fix: "do" };
    assert.equal(formatTenant(tenant, 6, plainPaint), "acme    failed     r-1  3.0 s\n  why: no\n  fix: do");
  });
});

describe("formatCounts", () => {
  it("counts what there is", () => {
    assert.equal(formatCounts(stateOf("deployed", "failed", "deployed"), plainPaint), "2 deployed, 1 failed");
  });
});

describe("nextCommands", () => {
  const commands = (...statuses: readonly TenantStatus[]): string =>
    nextCommands(stateOf(...statuses), " --soak 1").join("\n");

  it("has nothing to say when all is done", () => {
    assert.equal(commands("deployed", "unchanged"), "");
  });

  it("names those that failed, and how to go on with the rest", () => {
    const retry = "to try those that failed: tools/bazel run //:deploy_all -- --env staging --only t1 --soak 1 --yes";
    const resume =
      "to go on with all that is left: tools/bazel run //:deploy_all -- --env staging --resume --soak 1 --yes";
    assert.equal(commands("deployed", "failed"), retry);
    assert.equal(commands("deployed", "failed", "waiting"), `${retry}\n${resume}`);
    assert.equal(commands("deployed", "waiting"), resume);
  });
});
