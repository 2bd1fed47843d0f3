/**
 * Shows that the build refuses what it must: puts every fault of refusals.ts into a copy of the repository, runs
 * Bazel there and looks for the words of each refusal.
 *
 *     bazel run //tools/build/tests:refusals
 *
 * A Bazel inside a test would have neither network nor the packages of npm, so this is a program, and `.ci/run`
 * starts it after the tests.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rounds, type Refusal } from "./refusals.js";
import { createScratchWorkspace } from "./scratch-workspace.js";

const scratch = createScratchWorkspace(process.env);
const { copy, bazel } = scratch;
let refused = 0;
let accepted = 0;

try {
  for (const round of rounds) refuseAll(round);
  refuseDownloads();
} finally {
  scratch.remove();
}
console.log(`${String(refused)} faults refused, ${String(accepted)} not refused`);
process.exitCode = accepted === 0 ? 0 : 1;

/** Puts the faults into the copy, looks for the words of each refusal, and takes the faults out again. */
function refuseAll(faults: readonly Refusal[]): void {
  const files = faults.flatMap((refusal) => Object.entries(refusal.files));
  for (const [file, text] of files) write(path.join(copy, file), text);
  console.log(`Running Bazel on ${String(faults.length)} faults ...`);
  const targets = faults.map(({ target }) => target);
  const output = bazel(["test", "--keep_going", ...scratch.reusedRepositories, "--", ...targets]);
  for (const { fault, expected } of faults) report(fault, expected.test(output), output);
  for (const [file] of files) rmSync(path.dirname(path.join(copy, file)), { recursive: true, force: true });
}

/** Faults of the lockfile: each needs the packages to be fetched anew. */
function refuseDownloads(): void {
  const edit = (file: string, from: RegExp, to: string): (() => void) => {
    const before = readFileSync(path.join(copy, file), "utf8");
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${file}: nothing matches ${String(from)}; adapt run-refusals.ts`);
    writeFileSync(path.join(copy, file), after);
    return () => {
      writeFileSync(path.join(copy, file), before);
    };
  };
  const fetchPackages = (): string => bazel(["query", "@npm//:all"]);

  const restore = edit("package.json", /"devDependencies": \{/, '"devDependencies": {\n    "left-pad": "1.3.0",');
  const stale = fetchPackages();
  report("a lockfile that is older than package.json", /lockfile|ERR_PNPM_OUTDATED_LOCKFILE/i.test(stale), stale);
  restore();

  // A digest of nothing that was ever published.
  const digest = `integrity: sha512-${"A".repeat(86)}==`;
  edit("pnpm-lock.yaml", /integrity: sha512-[A-Za-z0-9+/=]+/, digest);
  const tampered = fetchPackages();
  report("a package that is not what the lockfile says", /integrity/i.test(tampered), tampered);
}

function report(fault: string, isRefused: boolean, output: string): void {
  if (isRefused) {
    refused++;
    console.log(`PASSED  the build refuses ${fault}`);
  } else {
    accepted++;
    const errors = output.split("\n").filter((line) => /error|fail/i.test(line));
    console.log(`FAILED  the build does not refuse ${fault}; Bazel printed:\n${errors.join("\n")}`);
  }
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
