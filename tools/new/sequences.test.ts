import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import { visit } from "jsonc-parser";

import { CommandError } from "#tools/command/command-line";
import { parseTenantConfigText } from "#tools/tenant/config/read-tenant-config";
import { parseCalls, parseList } from "./edit/build-syntax.js";
import { applyEdits } from "./edit/edit.js";
import { KINDS } from "./kinds/all-kinds.js";
import type { Given } from "./kinds/kind.js";
import { memoryTree } from "./plan/tree.js";
import type { Files } from "./testing/carry-out.js";
import { SMALL_CHECKOUT } from "./testing/small-checkout.js";

/** Sequences of runs, each of any kinds in any order. */
const SEQUENCES = 1_000;

interface Run extends Given {
  readonly kind: string;
}

const tenant = fc.constantFrom("acme", "globex", "initech");
const host = fc.constantFrom("a.example", "b.example", "staging=c.example");
const flag = <Value>(value: Value): fc.Arbitrary<Value | undefined> => fc.constantFrom(value, undefined);
const runOf = (
  kind: string,
  args: Record<string, fc.Arbitrary<string>>,
  options: Record<string, fc.Arbitrary<unknown>>,
) =>
  fc.record({ kind: fc.constant(kind), arguments: fc.record(args), options: fc.record(options) }) as fc.Arbitrary<Run>;

const runs: fc.Arbitrary<Run> = fc.oneof(
  runOf("tenant", { ID: tenant }, { host: flag(["d.example"]), policies: flag(true) }),
  runOf(
    "env",
    { TENANT: tenant, ENV: fc.constantFrom("dev", "staging", "production") },
    { host: fc.array(host, { maxLength: 2 }), "worker-name": flag("other") },
  ),
  runOf("worker", { NAME: fc.constantFrom("desk", "shop") }, { tenant: flag(["acme"]) }),
  runOf("rag-module", { TENANT: tenant }, {}),
  runOf("tts-provider", { NAME: fc.constantFrom("one", "two-voices") }, {}),
  runOf("tool", { NAME: fc.constantFrom("count_words", "zip", "a") }, { writes: flag(true) }),
  runOf(
    "binding",
    {
      TENANT: tenant,
      KIND: fc.constantFrom("kv", "d1", "r2", "vectorize", "queue", "analytics", "do"),
      NAME: fc.constantFrom("ONE", "TWO", "THREE"),
    },
    { remove: flag(true) },
  ),
);

/** A run's files and edits, made as the writer makes them, unformatted; `undefined` when the run is refused. */
function runOnce(files: Files, { kind: name, ...given }: Run): Files | undefined {
  const kind = KINDS.find((candidate) => candidate.name === name) ?? assert.fail(`there is no kind ${name}`);
  try {
    const plan = kind.plan(given, memoryTree(files));
    const after = new Map(files);
    for (const { path, text, owner } of plan.files) if (owner === "build" || !after.has(path)) after.set(path, text);
    for (const { path, edits } of plan.edits) {
      const result = applyEdits(files.get(path) ?? "", edits);
      assert.ok(result.ok, `${path}: ${result.ok ? "" : result.why}`);
      after.set(path, result.text);
    }
    after.set(`${plan.home}/.generated.json`, "{}\n");
    return after;
  } catch (error) {
    if (error instanceof CommandError && error.hints.exitCode === 2) return undefined;
    throw error;
  }
}

function commentsOf(text: string): readonly string[] {
  const comments: string[] = [];
  visit(text, { onComment: (offset, length) => void comments.push(text.slice(offset, offset + length)) });
  return comments;
}

/** What must hold of every file, whatever was run. */
function checkFiles(files: Files): void {
  for (const [path, text] of files) {
    if (path.endsWith("tenant.config.json")) {
      const result = parseTenantConfigText(path, text, path.split("/")[1]);
      assert.ok(result.ok, result.ok ? "" : result.report);
      const before = commentsOf(SMALL_CHECKOUT.get(path) ?? "{}");
      assert.deepEqual(
        commentsOf(text).filter((comment) => before.includes(comment)),
        before,
        text,
      );
    } else if (path.endsWith("BUILD.bazel")) {
      const lists = parseCalls(text).flatMap(({ attributes }) => [...attributes.values()]);
      const texts = lists.map((range) => parseList(text, range)?.map((item) => item.text) ?? []);
      for (const list of texts) assert.equal(new Set(list).size, list.length, text);
      assert.deepEqual(text.match(/^#.*$/gm), SMALL_CHECKOUT.get(path)?.match(/^#.*$/gm) ?? text.match(/^#.*$/gm));
    }
  }
}

describe(`${SEQUENCES} sequences of runs`, () => {
  it("corrupt no file, lose no comment, and end in a run that changes nothing when it is repeated", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(runs, { minLength: 1, maxLength: 5 }), (sequence) => {
        let files: Files = SMALL_CHECKOUT;
        for (const run of sequence) {
          const after = runOnce(files, run);
          if (after === undefined) continue;
          accepted++;
          checkFiles(after);
          const repeated = runOnce(after, run);
          assert.deepEqual(repeated, after, JSON.stringify(run));
          files = after;
        }
      }),
      { numRuns: SEQUENCES },
    );
    assert.ok(accepted > SEQUENCES, `${accepted} runs were carried out`);
  });
});
