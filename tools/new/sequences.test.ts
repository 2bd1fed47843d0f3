import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import { visit } from "jsonc-parser";

import { CommandError } from "#tools/command/command-line";
import { parseTenantConfigText } from "#tools/tenant/config/read-tenant-config";
import { parseCalls, parseList } from "./edit/build-syntax.js";
import { applyEdits } from "./edit/edit.js";
import { statementsOf } from "./edit/starlark-statements.js";
import { KINDS } from "./kinds/all-kinds.js";
import type { Given } from "./kinds/kind.js";
import { digestOf, formatManifest, manifestPath, readManifest } from "./plan/manifest.js";
import type { Plan } from "./plan/plan.js";
import { memoryTree } from "./plan/tree.js";
import type { Files } from "./testing/carry-out.js";
import { SMALL_CHECKOUT } from "./testing/small-checkout.js";
import { SMALL_PLATFORM, SMALL_REPOSITORY } from "./testing/small-platform.js";

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
  runOf("init", { DIR: fc.constant("../shop") }, { tenant: flag("initech") }),
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

function carryOutUnformatted(files: Files, plan: Plan): Files {
  const after = new Map(files);
  for (const { path, text, owner } of plan.files) if (owner === "build" || !after.has(path)) after.set(path, text);
  for (const { path, edits, start = "" } of plan.edits) {
    const result = applyEdits(files.get(path) ?? start, edits);
    assert.ok(result.ok, `${path}: ${result.ok ? "" : result.why}`);
    after.set(path, result.text);
  }
  const names = plan.files.map(({ path }) => (plan.home === "" ? path : path.slice(plan.home.length + 1)));
  const made = plan.files.map(({ text }, index): [string, string] => [names[index] ?? "", digestOf(text)]);
  const manifest = new Map([...readManifest(memoryTree(files), plan.home), ...made]);
  return after.set(manifestPath(plan.home), formatManifest(manifest));
}

/** A run's files and edits, made as the writer makes them, unformatted; `undefined` when the run is refused. */
function runOnce(files: Files, { kind: name, ...given }: Run): Files | undefined {
  const kind = KINDS.find((candidate) => candidate.name === name) ?? assert.fail(`there is no kind ${name}`);
  try {
    const plan = kind.plan(given, memoryTree(files), memoryTree(SMALL_PLATFORM));
    return [plan, ...(plan.also ?? [])].reduce(carryOutUnformatted, files);
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
  const start = files.has("server.js") ? SMALL_REPOSITORY : SMALL_CHECKOUT;
  for (const [path, text] of files) {
    if (path.endsWith("tenant.config.json")) {
      const result = parseTenantConfigText(path, text, path.split("/")[1]);
      assert.ok(result.ok, result.ok ? "" : result.report);
      const before = commentsOf(start.get(path) ?? "{}");
      assert.deepEqual(
        commentsOf(text).filter((comment) => before.includes(comment)),
        before,
        text,
      );
    } else if (path.endsWith("BUILD.bazel")) {
      const lists = parseCalls(text).flatMap(({ attributes }) => [...attributes.values()]);
      const texts = lists.map((range) => parseList(text, range)?.map((item) => item.text) ?? []);
      for (const list of texts) assert.equal(new Set(list).size, list.length, text);
      const comments = [...text.matchAll(/^#.*$/gm)].map(([comment]) => comment);
      for (const [comment] of (start.get(path) ?? "").matchAll(/^#.*$/gm)) assert.ok(comments.includes(comment), text);
    } else if (path === "package.json") {
      assert.deepEqual(Object.keys(JSON.parse(text) as object).slice(0, 2), ["name", "type"], text);
    } else if (path === "MODULE.bazel") {
      const names = statementsOf(text).map(({ name }) => name);
      assert.equal(new Set(names).size, names.length, text);
    }
  }
}

describe(`${SEQUENCES} sequences of runs`, () => {
  it("corrupt no file, lose no comment, and end in a run that changes nothing when it is repeated", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.boolean(), fc.array(runs, { minLength: 1, maxLength: 5 }), (isOwn, sequence) => {
        // A checkout, or a repository that has nothing of the platform yet.
        let files: Files = isOwn ? SMALL_REPOSITORY : SMALL_CHECKOUT;
        const first: Run = { kind: "init", arguments: { DIR: "../shop" }, options: {} };
        for (const run of isOwn ? [first, ...sequence] : sequence) {
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
