/**
 * Does what docs/guides/first-hour.md tells its readers to do, in a copy of the repository, and looks for what it promises.
 *
 *     bazel run //tests/first-hour:run
 *
 * It needs a Bazel with the network of the machine, so it is a program, and `.ci/run` starts it after the tests.
 */
import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";

import { createScratchWorkspace } from "#tools/build/tests/scratch-workspace";
import { readSteps, type Step } from "#tests/first-hour/read-steps";
import { Shell } from "#tests/first-hour/shell";

const GUIDE = "docs/guides/first-hour.md";
const TIMEOUT_MS = 600_000;

const scratch = createScratchWorkspace(process.env);
const shell = new Shell(scratch.copy, { ...scratch.env, NO_COLOR: "1" });
/** Development keys that servers have printed, by tenant: the guide writes `ak_acme_…`. */
const keys = new Map<string, string>();
let failures = 0;

try {
  // The commands of the guide know nothing of the scratch copy's own Bazel.
  const options = scratch.reusedRepositories.map((option) => `build ${option}\n`).join("");
  appendFileSync(path.join(scratch.copy, ".bazelrc"), `startup --output_base=${scratch.outputBase}\n${options}`);
  const steps = readSteps(readFileSync(path.join(scratch.copy, GUIDE), "utf8"));
  for (const step of steps) {
    if (failures > 0) console.log(`SKIPPED ${GUIDE}:${step.line}`);
    else await tryStep(step);
  }
} finally {
  shell.close();
  scratch.remove();
}
// What a step has left running may hold on to our pipes.
process.exit(failures === 0 ? 0 : 1);

async function tryStep(step: Step): Promise<void> {
  const startedMs = performance.now();
  const [firstLine = ""] = step.script.split("\n");
  const why = await runStep(step).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  if (why !== undefined) failures += 1;
  console.log(`${why === undefined ? "PASSED" : "FAILED"}  ${GUIDE}:${step.line} ${firstLine} (${seconds} s)`);
  if (why !== undefined) console.log(why);
}

/** Answers what is wrong, if something is. */
async function runStep({ script, isBackground, exitCode, shows = "" }: Step): Promise<string | undefined> {
  const asTyped = script.replaceAll(
    /ak_([a-z0-9-]+)_…/g,
    (placeholder, tenant: string) => keys.get(tenant) ?? placeholder,
  );
  if (isBackground) {
    noteKeys(await shell.start(asTyped, shows, TIMEOUT_MS));
    return undefined;
  }
  const { code, output } = await shell.run(asTyped, TIMEOUT_MS);
  if (code !== exitCode) return `ended with code ${code ?? "none"}, not ${exitCode}:\n${output}`;
  return output.includes(shows) ? undefined : `does not show "${shows}":\n${output}`;
}

function noteKeys(output: string): void {
  for (const [key, tenant = ""] of output.matchAll(/\bak_([a-z0-9-]+)_[A-Za-z0-9_-]{20,}/g)) keys.set(tenant, key);
}
