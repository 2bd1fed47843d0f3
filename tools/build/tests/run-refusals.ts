/**
 * Shows that the build refuses what it must: puts every fault of refusals.ts into a copy of the repository, runs
 * Bazel there and looks for the words of each refusal.
 *
 *     bazel run //tools/build/tests:refusals
 *
 * A Bazel inside a test would have neither network nor the packages of npm, so this is a program, and `.ci/run`
 * starts it after the tests.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { refusals } from "./refusals.js";

const workspace = process.env["BUILD_WORKSPACE_DIRECTORY"];
if (workspace === undefined) throw new Error("Start this with `bazel run //tools/build/tests:refusals`.");

const scratch = mkdtempSync(path.join(os.tmpdir(), "refusals-"));
const outputBase = path.join(scratch, "output");
let refused = 0;
let accepted = 0;

try {
  const copy = copyWorkspace(workspace, "copy");
  for (const { files } of refusals) {
    for (const [file, text] of Object.entries(files)) write(path.join(copy, file), text);
  }
  console.log(`Running Bazel on ${String(refusals.length)} faults; this takes about half a minute ...`);
  const targets = refusals.map(({ target }) => target);
  const output = bazel(copy, ["test", "--keep_going", ...reuseRepositories(workspace), "--", ...targets]);
  for (const { fault, expected } of refusals) report(fault, expected.test(output), output);
  refuseDownloads(copy);
} finally {
  for (const folder of ["copy"]) bazel(path.join(scratch, folder), ["shutdown"]);
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${String(refused)} faults refused, ${String(accepted)} not refused`);
process.exitCode = accepted === 0 ? 0 : 1;

/** Faults of the lockfile: each needs the packages to be fetched anew. */
function refuseDownloads(copy: string): void {
  const edit = (file: string, from: RegExp, to: string): (() => void) => {
    const before = readFileSync(path.join(copy, file), "utf8");
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${file}: nothing matches ${String(from)}; adapt run-refusals.ts`);
    writeFileSync(path.join(copy, file), after);
    return () => {
      writeFileSync(path.join(copy, file), before);
    };
  };
  const fetchPackages = (): string => bazel(copy, ["query", "@npm//:all"]);

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

function copyWorkspace(source: string, name: string): string {
  const copy = path.join(scratch, name);
  const left = new Set(["node_modules", ".git", ".bazel", ".data", ".wrangler"]);
  cpSync(source, copy, { recursive: true, filter: (file) => !left.has(path.relative(source, file)) });
  return copy;
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The packages that the workspace has fetched already serve the copy too, in the mode where Bazel allows it. */
function reuseRepositories(source: string): string[] {
  const { stdout } = spawnSync(path.join(source, "tools/bazel"), ["info", "output_base"], {
    cwd: source,
    encoding: "utf8",
    env: outerEnvironment(),
  });
  const external = path.join(stdout.trim(), "external");
  return ["nodejs", "npm"].map((name) => `--override_repository=${name}=${path.join(external, name)}`);
}

function bazel(cwd: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(path.join(cwd, "tools/bazel"), [`--output_base=${outputBase}`, ...args], {
    cwd,
    encoding: "utf8",
    env: outerEnvironment(),
    maxBuffer: 64 * 1024 * 1024,
  });
  return `${stdout}\n${stderr}`;
}

/** The variables of the caller's shell, without those that `bazel run` and the launcher have added. */
function outerEnvironment(): NodeJS.ProcessEnv {
  const added = /^(?:BUILD_|JS_BINARY__|RUNFILES_|TEST_|WORKSPACE_PACKAGES$|BAZEL_REAL$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !added.test(name)));
}
