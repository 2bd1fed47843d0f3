import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  decideCall,
  decodePausedTurn,
  encodePausedTurn,
  type PausedTurn,
  hasLostLabels,
  withPrincipal,
} from "#chat/paused-turn";
import type { Principal } from "#auth/principal";
import { PlatformError } from "#base/errors";

const principal: Principal = { kind: "key", id: "key_1", scopes: new Set(["chat", "tools"]), acl: new Set(["staff"]) };
const call = (callId: string) => ({ callId, tool: "write", arguments: { $set: [1] }, taint: "model" as const });

const paused: PausedTurn = {
  turn: 3,
  expiresAtMs: 1_000,
  input: {
    sessionId: "s",
    traceId: "t",
    principalId: "key_1",
    acl: new Set(["staff"]),
    modelId: "m",
    systemPrompt: "Be brief.",
    promptVersion: "1",
    messages: [{ role: "user", content: "Hi" }],
    isGrounded: false,
    tools: { offered: ["write"], principal },
    historyMessages: 10,
    graceMs: 1,
  },
  text: "Well:",
  rounds: {
    state: {
      messages: [{ role: "user", content: "Hi" }],
      rounds: 1,
      calls: 2,
      usage: { tokensIn: 1, tokensOut: 1, isEstimate: false },
      hasReadStoredText: false,
      hasSpoken: true,
    },
    waiting: [call("a"), call("b")],
  },
  approvals: new Map(),
};
const approve = (turn: PausedTurn | undefined, callId: string, nowMs = 0) =>
  decideCall(turn, { callId, isApproved: true, principal }, nowMs);

describe("a decision", () => {
  it("completes the turn when it is the last one, and holds each only once", () => {
    const first = approve(paused, "a");
    assert.ok(first.outcome === "decided" && !first.isComplete);
    assert.equal(approve(first.paused, "a").outcome, "gone");
    const second = decideCall(first.paused, { callId: "b", isApproved: false, principal }, 0);
    assert.ok(second.outcome === "decided" && second.isComplete);
    assert.deepEqual(
      [...second.paused.approvals],
      [
        ["a", "key_1"],
        ["b", false],
      ],
    );
  });

  it("is refused when nothing waits, for calls that were not asked for, and from the end of the time on", () => {
    assert.equal(approve(undefined, "a").outcome, "gone");
    for (const callId of ["c", "", "constructor", "__proto__"]) assert.equal(approve(paused, callId).outcome, "gone");
    assert.equal(approve(paused, "a", 999).outcome, "decided");
    assert.equal(approve(paused, "a", 1_000).outcome, "gone");
  });
});

describe("a paused turn", () => {
  it("is the same after it was stored", () => {
    const decided = {
      ...paused,
      approvals: new Map<string, string | false>([
        ["a", "key_1"],
        ["b", false],
      ]),
    };
    assert.deepEqual(decodePausedTurn(encodePausedTurn(decided)), decided);
  });

  it("is refused when it is larger than a row may be", () => {
    const text = "é".repeat(1_000_000);
    assert.throws(
      () => encodePausedTurn({ ...paused, text }),
      (error) => error instanceof PlatformError && error.code === "tool_failed",
    );
  });

  it("has lost labels when its principal has, and not when it got more", () => {
    const withLabels = (...labels: string[]) => hasLostLabels(paused, { acl: new Set(labels) });
    assert.deepEqual([withLabels("staff"), withLabels("staff", "board"), withLabels("board")], [false, false, true]);
  });

  it("goes on with what its principal may do now", () => {
    const now: Principal = { ...principal, scopes: new Set(["chat"]), acl: new Set() };
    const { input } = withPrincipal(paused, now);
    assert.deepEqual([input.tools?.principal, input.acl, input.tools?.offered], [now, now.acl, ["write"]]);
  });
});
