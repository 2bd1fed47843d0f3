import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { setImmediate as tick, setTimeout as sleep } from "node:timers/promises";

import { coalesce, isWatchedSource, watchSources } from "#tools/tenant/dev/watch-sources";

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

describe("watchSources", () => {
  const root = mkdtempSync(path.join(os.tmpdir(), "watch-sources-"));
  const file = path.join(root, "platform/rag/chunk-text.ts");
  after(() => rmSync(root, { recursive: true }));

  it("sees a file each time it is replaced, and folders that come, go and come again", async () => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, "0");
    let heard = Promise.withResolvers<string>();
    const next = async (act: () => void): Promise<string> => {
      heard = Promise.withResolvers();
      act();
      return Promise.race([heard.promise, sleep(10_000, "nothing", { ref: false })]);
    };
    const stop = watchSources([path.join(root, "platform")], (changed) => {
      heard.resolve(changed);
      return Promise.resolve();
    });
    const replace = (): void => {
      writeFileSync(`${file}.tmp`, "1");
      renameSync(`${file}.tmp`, file);
    };
    assert.equal(await next(replace), "platform/rag/chunk-text.ts");
    assert.equal(await next(replace), "platform/rag/chunk-text.ts");
    assert.equal(await next(() => appendFileSync(file, "2")), "platform/rag/chunk-text.ts");
    const added = path.join(root, "platform/tts/aura.ts");
    const addFolder = (): void => {
      mkdirSync(path.dirname(added));
      writeFileSync(added, "3");
    };
    assert.match(await next(addFolder), /^platform\/tts/);
    rmSync(path.dirname(added), { recursive: true });
    await sleep(300);
    assert.match(await next(addFolder), /^platform\/tts/);
    assert.equal(await next(() => writeFileSync(added, "4")), "platform/tts/aura.ts");
    stop();
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
