import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as tick } from "node:timers/promises";

import { coalesce, isWatchedSource } from "#tools/tenant/dev/watch-sources";

describe("isWatchedSource", () => {
  it("takes what a bundle is made of", () => {
    for (const file of [
      "rag/chunk-text.ts",
      "tenant.config.json",
      "prompts/system.md",
      "migrations/0001_a.sql",
      "BUILD.bazel",
    ]) {
      assert.ok(isWatchedSource(file), file);
    }
  });

  it("leaves out tests, goldens and what editors write", () => {
    for (const file of [
      "rag/chunk-text.test.ts",
      "golden/wrangler.dev.jsonc",
      ".chunk-text.ts.swp",
      "chunk-text.ts~",
      "storage/testing/case.ts",
      "4913",
    ]) {
      assert.ok(!isWatchedSource(file), file);
    }
  });
});

describe("coalesce", () => {
  it("merges what comes during a run into one that follows", async () => {
    const runs: string[] = [];
    const gates: (() => void)[] = [];
    const run = coalesce((changed) => {
      runs.push(changed);
      return new Promise((resolve) => gates.push(resolve));
    });
    run("a");
    run("b");
    run("c");
    assert.deepEqual(runs, ["a"]);
    gates.shift()?.();
    await tick();
    assert.deepEqual(runs, ["a", "c"]);
    gates.shift()?.();
    await tick();
    run("d");
    assert.deepEqual(runs, ["a", "c", "d"]);
  });
});
