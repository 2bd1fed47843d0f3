/**
 * Shows that what is built is a function of the sources alone: builds the same in two folders of other depth, in the environments of
 * two people whose variables, languages, time zones, homes, umasks and orders of PATH are unlike, without any cache, and compares each file.
 *
 *     bazel run //tools/build/tests:reproducible [-- <target>…]     default: //...
 *
 * Takes twice as long as a build from nothing. The fetched packages are the same for both: the lockfile names their bytes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { differencesOf, readMadeFiles } from "./made-files.js";
import { createScratchWorkspace, type ScratchOptions } from "./scratch-workspace.js";

/** Differences that are shown. */
const SHOWN = 20;

interface Person extends Required<ScratchOptions> {
  readonly umask: number;
}

const given = process.argv.slice(2);
const targets = given.length > 0 ? given : ["//..."];
const paths = (process.env["PATH"] ?? "").split(":");

const people: readonly Person[] = [
  { below: "", umask: 0o022, variables: { USER: "ann", LOGNAME: "ann", LANG: "C", LC_ALL: "C", TZ: "UTC" } },
  {
    below: "another/and-a-deeper/folder",
    umask: 0o077,
    variables: {
      USER: "bob",
      LOGNAME: "bob",
      LANG: "tr_TR.UTF-8",
      LC_ALL: "tr_TR.UTF-8",
      TZ: "Pacific/Kiritimati",
      PATH: [...paths].reverse().join(":"),
      NODE_ENV: "production",
      NODE_OPTIONS: "--no-warnings",
      FORCE_COLOR: "1",
      SOURCE_DATE_EPOCH: "1",
    },
  },
];

const [first, second] = people.map(buildAs);
if (first === undefined || second === undefined) throw new Error("two people build");
const differences = differencesOf(first, second);
console.log(`${first.size} files were made by one, ${second.size} by the other`);
for (const file of differences.slice(0, SHOWN)) console.log(`  differs: ${file}`);
const isSame = first.size > 0 && differences.length === 0;
console.log(
  `${isSame ? "PASSED" : "FAILED"}  two people in two folders make the same bytes (${differences.length} differ)`,
);
process.exitCode = isSame ? 0 : 1;

/** @throws Error when the build fails */
function buildAs({ umask, below, variables }: Person): ReadonlyMap<string, string> {
  const before = process.umask(umask);
  const home = mkdtempSync(path.join(os.tmpdir(), "home-"));
  const scratch = createScratchWorkspace(process.env, { below, variables: { ...variables, HOME: home } });
  try {
    const options = ["--disk_cache=", "--remote_cache=", ...scratch.reusedRepositories];
    const output = scratch.bazel(["build", ...options, "--", ...targets]);
    if (!output.includes("Build completed successfully")) throw new Error(`the build failed:\n${output.slice(-3_000)}`);
    return readMadeFiles(scratch.copy);
  } finally {
    scratch.remove();
    rmSync(home, { recursive: true, force: true });
    process.umask(before);
  }
}
