/**
 * Shows that the platform can be brought to other repositories: to a folder that is not there yet, and to one with a package.json,
 * a MODULE.bazel and files of its own. In each it is then built, tested and served, by a Bazel of its own.
 *
 *     bazel run //tools/build/tests:init
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readReady } from "./read-ready.js";
import { createScratchWorkspace, type ScratchBazel } from "./scratch-workspace.js";

/** What is built and tested there: the tenant with its format, and a package of the platform with its lint and pages. */
const TARGETS = ["//tenants/...", "//platform/base/...", "//:all"];

const scratch = createScratchWorkspace(process.env);
// Of one name, so that one's package.json is the other's and most of what was built is taken from the cache.
const [fresh, old] = [path.join(scratch.scratch, "fresh/shop"), path.join(scratch.scratch, "old/shop")];
const options = [...scratch.reusedRepositories, `--disk_cache=${path.join(scratch.scratch, "cache")}`];
const failures: string[] = [];
const init = (folder: string, ...flags: readonly string[]): string =>
  scratch.bazel(["run", ...scratch.reusedRepositories, "--", "//tools:new", "init", folder, ...flags]);

try {
  bringTwice(fresh, "a folder that is not there");
  const bazel = scratch.bazelIn(fresh);
  buildAndTest(bazel, "the new repository");
  await serve(bazel);
  makeOldRepository();
  const before = textsOf(old);
  const refused = refuseConflict();
  check(
    refused.includes("says 3.23.8 for zod, and the platform needs "),
    "refused: another version of a package",
    refused,
  );
  bringTwice(old, "a repository that is there");
  keepWhatWas(before);
  buildAndTest(scratch.bazelIn(old), "the repository that was there");
  update();
} finally {
  scratch.remove();
}
process.exitCode = failures.length === 0 ? 0 : 1;

function bringTwice(folder: string, what: string): void {
  const before = textsOf(folder);
  const shown = init(folder, "--tenant", "demo", "--dry-run");
  check(
    shown.includes("nothing was written") && isSame(textsOf(folder), before),
    `shown, and nothing written: ${what}`,
    shown,
  );
  const written = init(folder, "--tenant", "demo");
  const made = textsOf(folder);
  check(/^written: /m.test(written) && made.has("tenants/demo/tenant.config.json"), `brought to ${what}`, written);
  const again = init(folder, "--tenant", "demo");
  check(
    /^nothing to do: /m.test(again) && isSame(textsOf(folder), made),
    `brought again, and nothing changed: ${what}`,
    again,
  );
}

function buildAndTest({ bazel }: ScratchBazel, what: string): void {
  const loaded = bazel(["build", "--nobuild", ...options, "--", "//..."]);
  check(/^INFO: Build completed successfully/m.test(loaded), `every target of ${what} loads`, loaded);
  const tested = bazel(["test", ...options, "--", ...TARGETS]);
  check(/^INFO: Build completed successfully/m.test(tested), `${what} builds, and passes its tests and lint`, tested);
}

/** `:dev` serves the new tenant: its state, and a turn of a conversation. */
async function serve(bazel: ScratchBazel): Promise<void> {
  const readyFile = path.join(scratch.scratch, "ready.json");
  const server = bazel.start(["run", ...options, "//tenants/demo:dev", "--", "--no-watch", "--ready-file", readyFile]);
  try {
    const { url, apiKey } = await readReady(readyFile);
    const health = await fetch(`${url}/health`);
    const headers = { "content-type": "application/json", authorization: `Bearer ${apiKey}` };
    const chat = await fetch(`${url}/chat`, { method: "POST", headers, body: '{"message":"Hello"}' });
    const told = await chat.text();
    const isServed = health.status === 200 && chat.status === 200 && told.includes("event:");
    check(isServed, ":dev serves the tenant of the new repository", `error: ${health.status} ${chat.status} ${told}`);
  } finally {
    server.end();
  }
}

/** A small repository with things of its own. Its package.json lacks one member of the new one's: merged, the two are the same. */
function makeOldRepository(): void {
  const { pnpm: _pnpm, ...rest } = JSON.parse(readFileSync(path.join(fresh, "package.json"), "utf8")) as Record<
    string,
    unknown
  >;
  const files = {
    "package.json": `${JSON.stringify(rest, null, 2)}\n`,
    "MODULE.bazel":
      '# Ours.\nmodule(name = "shop", version = "1.0.0")\n\nbazel_dep(name = "rules_nodejs", version = "6.7.4")\n',
    "BUILD.bazel": '# The menu.\nfilegroup(\n    name = "menu",\n    srcs = ["src/menu.ts"],\n)\n',
    ".gitignore": "dist/\n",
    ".bazelrc": "build --verbose_failures\n",
    "README.md": "# Shop\n\n[A page that is not there](nowhere.md)\n",
    "src/menu.ts": 'export   const menu : any = "as we like it"\n',
    "docs/README.md": "# Our own pages\n",
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(old, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(old, file), text);
  }
}

/** What is said of a package.json that pins another version; then it is put back. */
function refuseConflict(): string {
  const file = path.join(old, "package.json");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/"zod": "[^"]*"/, '"zod": "3.23.8"'));
  const said = init(old);
  writeFileSync(file, text);
  return said;
}

/** Every line of every file that was there is there, and files that only one had are as they were. */
function keepWhatWas(before: ReadonlyMap<string, string>): void {
  const after = textsOf(old);
  const bare = (line: string): string => line.replace(/,$/, "");
  const lost = [...before].flatMap(([file, text]) => {
    const lines = new Set(after.get(file)?.split("\n").map(bare));
    return text.split("\n").flatMap((line) => (lines.has(bare(line)) ? [] : [`error: ${file}: ${line}`]));
  });
  const own = ["README.md", "src/menu.ts", "docs/README.md"];
  const isKept = own.every((file) => after.get(file) === before.get(file));
  check(lost.length === 0 && isKept, "nothing is lost of what was there", lost.join("\n"));
}

/** A newer platform: what nobody has changed is new, what a person has changed is kept and listed. */
function update(): void {
  const [mine, theirs] = ["platform/README.md", "docs/glossary.md"];
  appendFileSync(path.join(old, mine), "\nMine.\n");
  for (const file of [mine, theirs]) appendFileSync(path.join(scratch.copy, file), "\nNew.\n");
  const said = init(old);
  const after = textsOf(old);
  const isRight =
    said.includes(`${mine} (changed by hand, and the platform's is new: stays as it is)`) &&
    after.get(mine)?.endsWith("\nMine.\n") === true &&
    after.get(theirs)?.endsWith("\nNew.\n") === true;
  check(isRight, "a newer platform comes, and a hand edit stays", said);
}

function textsOf(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []));
  const own = files.filter((file) => !/\/(?:\.bazel|bazel-[^/]*|\.data)\//.test(file));
  return new Map(own.toSorted().map((file) => [path.relative(folder, file), readFileSync(file, "utf8")]));
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([file, text]) => b.get(file) === text);
}

function check(isTrue: boolean, what: string, output: string): void {
  console.log(`${isTrue ? "PASSED" : "FAILED"}  ${what}`);
  if (isTrue) return;
  failures.push(what);
  console.log(
    output
      .split("\n")
      .filter((line) => /error|fail|✖/i.test(line))
      .slice(0, 60)
      .join("\n"),
  );
}
