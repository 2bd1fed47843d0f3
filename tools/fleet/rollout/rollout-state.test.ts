import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";

import { readState, type RolloutState, stateFile, wavesLeft, writeState } from "./rollout-state.js";

const state: RolloutState = {
  environment: "staging",
  startedAt: "2026-11-01T00:00:00.000Z",
  tenants: [
    { id: "a", wave: 1, status: "deployed", release: "r-1" },
    { id: "b", wave: 2, status: "failed", why: "no" },
    { id: "c", wave: 2, status: "unchanged" },
    { id: "d", wave: 2, status: "running" },
    { id: "e", wave: 3, status: "waiting" },
  ],
};

describe("wavesLeft", () => {
  it("keeps the waves, and leaves out who has the release", () => {
    assert.deepEqual(wavesLeft(state), [["b", "d"], ["e"]]);
  });
});

describe("readState", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "rollout-"));
  after(() => rmSync(folder, { recursive: true }));

  it("gives back what was written", () => {
    const file = stateFile(folder, "staging");
    writeState(file, state);
    assert.deepEqual(readState(file), state);
  });

  it("says when there is nothing to resume, or nothing of ours", () => {
    assert.throws(() => readState(path.join(folder, "none.json")), /no deploy to resume/);
    const file = path.join(folder, "other.json");
    writeFileSync(file, '{"environment":"staging"}');
    assert.throws(() => readState(file), /no deploy to resume/);
  });
});
