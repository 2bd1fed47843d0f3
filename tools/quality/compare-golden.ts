/**
 * Compares made files with those that are kept, or writes them there.
 *
 *     compare-golden.js compare|update <label of the test> (<made file> <kept file, relative to the root>)...
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { unifiedDiff } from "#tools/quality/unified-diff";

const [act, label = "", ...files] = process.argv.slice(2);

for (let index = 0; index < files.length; index += 2) {
  const [made = "", kept = ""] = files.slice(index, index + 2);
  if (act === "update") update(made, kept);
  else compare(made, kept);
}
if (process.exitCode === 1) {
  console.error(`If the change is meant: bazel run ${label}.update, then review and commit.`);
}

function update(made: string, kept: string): void {
  const root = process.env["BUILD_WORKSPACE_DIRECTORY"];
  if (root === undefined) throw new Error(`Start this with \`bazel run ${label}.update\`.`);
  const file = path.join(root, kept);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, readFileSync(made));
  console.log(`${kept} is up to date.`);
}

function compare(made: string, kept: string): void {
  const diff = unifiedDiff(readFileSync(kept, "utf8"), readFileSync(made, "utf8"));
  if (diff === "") return;
  console.error(`ERROR: ${kept} is not what the build makes:\n--- ${kept} (kept)\n+++ ${made} (made)\n${diff}\n`);
  process.exitCode = 1;
}
