import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CommandError } from "#tools/command/command-line";
import { plainPaint } from "#tools/command/paint";
import { formatResult, formatSummary, runSmoke, type SmokeResult } from "#tools/tenant/smoke/run-smoke";

const address = { url: "http://127.0.0.1:1", apiKey: "k" };
const passing = { name: "passes", run: () => Promise.resolve() };
const failing = (error: Error) => ({ name: "fails", run: () => Promise.reject(error) });

describe("runSmoke", () => {
  it("runs every check, also after one that failed, and tells each as it ends", async () => {
    const heard: SmokeResult[] = [];
    const results = await runSmoke([passing, failing(new Error("no\nstack")), passing], address, (result) =>
      heard.push(result),
    );
    assert.deepEqual(
      results.map(({ ok, reason }) => [ok, reason]),
      [
        [true, undefined],
        [false, "no"],
        [true, undefined],
      ],
    );
    assert.deepEqual(heard, results);
  });

  it("keeps what the Worker said about a refused call", async () => {
    const error = new CommandError("The API key is not valid here.", { why: "unauthenticated (HTTP 401)" });
    const [result] = await runSmoke([failing(error)], address, () => undefined);
    assert.equal(result?.reason, "The API key is not valid here. (unauthenticated (HTTP 401))");
  });
});

describe("formatResult", () => {
  it("shows mark, name, time and reason", () => {
    assert.equal(formatResult({ name: "a", ok: true, ms: 3 }, plainPaint), "✓ a 3 ms");
    assert.equal(formatResult({ name: "a", ok: false, ms: 3, reason: "why" }, plainPaint), "✗ a 3 ms\n    why");
  });
});

describe("formatSummary", () => {
  it("counts what failed", () => {
    const [good, bad] = [true, false].map((ok) => ({ name: "a", ok, ms: 1 }));
    assert.ok(good !== undefined && bad !== undefined);
    assert.equal(formatSummary([good, good], plainPaint), "all 2 checks passed");
    assert.equal(formatSummary([good, bad], plainPaint), "1 of 2 checks failed");
  });
});
