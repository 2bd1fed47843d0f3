import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";

import { withoutEquivalents } from "#tests/security/mutate/equivalent-mutants";
import { findMutants, type Mutant } from "#tests/security/mutate/find-mutants";
import { suitesOf } from "#tests/security/mutate/suites";
import { openReport } from "#tests/security/mutate/verdicts";

const FILE = "platform/storage/d1-things.ts";
const SOURCE = "a\n  WHERE tenant_id = ?1 AND x IN (SELECT x FROM b WHERE tenant_id = ?1)\n";
const mutants = findMutants(FILE, SOURCE);
const entry = {
  file: FILE,
  kind: "statement without its tenant",
  line: "WHERE tenant_id = ?1 AND x IN (SELECT x FROM b WHERE tenant_id = ?1)",
  nth: 2,
  reason: "a test",
};

describe("mutants that change nothing", () => {
  it("are left out one by one", () => {
    assert.deepEqual(withoutEquivalents(mutants, [entry]), [mutants[0]]);
    assert.deepEqual(withoutEquivalents(mutants, [entry, { ...entry, nth: 1 }]), []);
  });

  it("are looked at again when their source has changed", () => {
    for (const stale of [
      { ...entry, nth: 3 },
      { ...entry, line: "WHERE tenant_id = ?1" },
      { ...entry, file: "platform/a.ts" },
      { ...entry, kind: "another" },
    ])
      assert.throws(() => withoutEquivalents(mutants, [stale]), /no mutant is .*look at it again/);
  });
});

describe("a report of mutants", () => {
  it("is gone on with after an interruption, and knows nothing of a source that has changed", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "report-"));
    try {
      const file = path.join(folder, "new/mutants.jsonl");
      const [first, second] = mutants as readonly [Mutant, Mutant];
      const report = openReport(file);
      report.add(first, "a.test.ts: a test");
      report.add(second, undefined);
      const again = openReport(file);
      assert.equal(again.find(first)?.killer, "a.test.ts: a test");
      assert.deepEqual(again.find(second)?.killer, undefined);
      const [changed] = findMutants(FILE, `${SOURCE}// more\n`) as readonly [Mutant];
      assert.equal(again.find(changed), undefined);
      again.add(second, "b.test.ts: another test");
      assert.equal(openReport(file).find(second)?.killer, "b.test.ts: another test", "the last word counts");
      assert.equal(readFileSync(file, "utf8").trim().split("\n").length, 3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("suites that may miss a wall", () => {
  it("are the tests of its package, its own first, with their Worker, those of security and of the Worker, and last the whole matrix", () => {
    const files = [
      "platform/limits/a.test.ts",
      "platform/limits/quota.test.ts",
      "platform/limits/quota.ts",
      "platform/limits/testing/quota-worker.ts",
      "platform/other/a.test.ts",
      "platform/worker/chat.test.ts",
      "platform/worker/quota.test.ts",
    ];
    const suites = suitesOf("platform/limits/quota.ts", new Map(files.map((file) => [file, ""])));
    const worker = "platform/limits/testing/quota-worker.ts";
    assert.deepEqual(suites.slice(0, 2), [
      { test: "platform/limits/quota.test.ts", worker },
      { test: "platform/limits/a.test.ts", worker },
    ]);
    const names = suites.slice(2).map(({ test }) => test);
    assert.ok(names.slice(0, 3).every((name) => name.startsWith("tests/security/")));
    assert.deepEqual(names.slice(3), [
      "platform/worker/quota.test.ts",
      "platform/worker/chat.test.ts",
      "tests/security/isolation-matrix.test.ts",
    ]);
  });

  it("ask first about the routes that the source has, then about all", () => {
    const source = '    path: "/ingest",\n    path: "/ingest/:jobId",\n    path: "/v1/a-b:c",\n';
    const suites = suitesOf("platform/worker/routes/a.ts", new Map([["platform/worker/routes/a.ts", source]]));
    const names = suites.map((suite) => suite.names);
    assert.deepEqual(names, [undefined, "[A-Z]+ (?:/ingest|/ingest/|/v1/a-b)", ...Array<undefined>(3)]);
  });
});
