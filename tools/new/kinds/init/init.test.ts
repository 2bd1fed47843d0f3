import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CommandError } from "#tools/command/command-line";
import { resolvePlan } from "../../plan/resolve-plan.js";
import { memoryTree } from "../../plan/tree.js";
import { carryOut, type Files } from "../../testing/carry-out.js";
import { SMALL_PLATFORM, SMALL_REPOSITORY } from "../../testing/small-platform.js";
import type { Given } from "../kind.js";
import { initKind } from "./init.js";

const NOTHING: Files = new Map();

const given = (options: Given["options"] = {}): Given => ({ arguments: { DIR: "shop" }, options });

/** What a repository is after the platform was brought to it. */
const bring = (to: Files, options: Given["options"] = {}, platform: Files = SMALL_PLATFORM): Promise<Files> =>
  carryOut(to, initKind, given(options), platform);

const resolve = (to: Files, platform: Files) => {
  const tree = memoryTree(to);
  return resolvePlan(initKind.plan(given(), tree, memoryTree(platform)), tree);
};

const withFile = (files: Files, path: string, change: (text: string) => string): Files =>
  new Map([...files, [path, change(files.get(path) ?? "")]]);

const withoutFile = (files: Files, path: string): Files => new Map([...files].filter(([file]) => file !== path));

describe("init in an empty folder", () => {
  it("brings what the platform's users need, one tenant and a README, and nothing else", async () => {
    const made = await bring(NOTHING, { tenant: "initech" });
    const has = ["platform/LICENSE", "tools/bazel", "tests/security/rows.ts", "pnpm-lock.yaml", "README.md"];
    for (const file of [...has, "tenants/initech/tenant.config.json"]) assert.ok(made.has(file), file);
    const left = ["LICENSE", "tools/new/.dev.vars", "tests/console/console.ts"];
    for (const file of [...left, "tenants/acme/BUILD.bazel", "docs/images/x.png"]) assert.ok(!made.has(file), file);
  });

  it("starts as tools/bazel does there: the launcher can be executed", () => {
    const { files } = initKind.plan(given(), memoryTree(NOTHING), memoryTree(SMALL_PLATFORM));
    assert.deepEqual(
      files.flatMap(({ path, isExecutable }) => (isExecutable === true ? [path] : [])),
      ["tools/bazel"],
    );
  });

  it("gives the repository its own name, and does not check what it has in its root", async () => {
    const made = await bring(NOTHING);
    assert.match(made.get("package.json") ?? "", /^\{\n {2}"name": "shop",/);
    assert.doesNotMatch(made.get("package.json") ?? "", /license/);
    assert.match(made.get("MODULE.bazel") ?? "", /^module\(name = "shop"\)$/m);
    assert.match(made.get("BUILD.bazel") ?? "", /package_checks\(files = \[\]\)/);
  });

  it("leaves no link that leads nowhere, and the words of each", async () => {
    const made = await bring(NOTHING);
    assert.match(
      made.get("docs/README.md") ?? "",
      /\[The README\]\(\.\.\/README\.md\), reports, \[how\]\(guides\/how\.md#a\)/,
    );
    assert.match(made.get("docs/guides/how.md") ?? "", /^A picture of \[it\]\(https:\/\/x\.example\/y\)\.$/m);
  });

  it("changes nothing the second time, and makes no second first tenant", async () => {
    const made = await bring(NOTHING, { tenant: "initech" });
    assert.deepEqual(await bring(made, { tenant: "initech" }), made);
    assert.deepEqual(await bring(made), made);
  });
});

describe("init in a repository", () => {
  it("adds what is missing to files that both have, and keeps all that was there", async () => {
    const made = await bring(SMALL_REPOSITORY);
    assert.deepEqual(JSON.parse(made.get("package.json") ?? ""), {
      name: "shop",
      type: "module",
      scripts: { start: "node server.js" },
      engines: { node: ">=22" },
      dependencies: { "left-pad": "1.3.0", zod: "4.6.7" },
      packageManager: "pnpm@10.34.5",
      imports: { "#base/*": "./platform/base/*.js" },
      devDependencies: { typescript: "6.0.3" },
      pnpm: { onlyBuiltDependencies: [] },
    });
    for (const [path, text] of SMALL_REPOSITORY) {
      const lines = (made.get(path) ?? "").split("\n").map((line) => line.replace(/,$/, ""));
      const lost = text.split("\n").filter((line) => !lines.includes(line.replace(/,$/, "")));
      assert.deepEqual(lost, [], path);
    }
    assert.equal(made.get("MODULE.bazel")?.match(/rules_nodejs", version/g)?.length, 1);
    assert.equal(made.get(".gitignore")?.match(/node_modules/g)?.length, 1);
    assert.equal(made.get("README.md"), "# Shop\n");
    assert.equal(made.get("server.js"), SMALL_REPOSITORY.get("server.js"));
  });

  it("changes nothing the second time", async () => {
    const made = await bring(SMALL_REPOSITORY);
    assert.deepEqual(await bring(made), made);
  });

  it("says how to make one lockfile of both", () => {
    const commands = (to: Files) =>
      initKind.plan(given(), memoryTree(to), memoryTree(SMALL_PLATFORM)).next.map(({ command }) => command);
    const lock = "npx --yes pnpm@10.34.5 install --lockfile-only";
    assert.ok(commands(SMALL_REPOSITORY).includes(lock));
    assert.ok(!commands(NOTHING).includes(lock));
  });

  it("leaves a lockfile and pages of one's own as they are", async () => {
    const own: Files = new Map([...SMALL_REPOSITORY, ["pnpm-lock.yaml", "mine"], ["docs/README.md", "# Mine\n"]]);
    const made = await bring(own);
    assert.equal(made.get("pnpm-lock.yaml"), "mine");
    assert.equal(made.get("docs/README.md"), "# Mine\n");
  });

  const conflicts: readonly (readonly [what: string, path: string, text: string, message: RegExp])[] = [
    [
      "another version of a package",
      "package.json",
      '{ "type": "module", "devDependencies": { "zod": "3.23.8" } }',
      /^package\.json says 3\.23\.8 for zod, and the platform needs 4\.6\.7: take that, or .*init shop\/platform$/,
    ],
    [
      "another package manager",
      "package.json",
      '{ "type": "module", "packageManager": "npm@10.9.0" }',
      /says npm@10\.9\.0 for packageManager, and the platform needs pnpm@10\.34\.5/,
    ],
    ["another kind of modules", "package.json", '{ "type": "commonjs" }', /says commonjs for type, .* needs module/],
    ["modules that would become others", "package.json", '{ "name": "shop" }', /^server\.js is CommonJS/],
    ["a package.json that is none", "package.json", "{", /^package\.json is not JSON/],
    [
      "another version of a module",
      "MODULE.bazel",
      'bazel_dep(name = "aspect_rules_js", version = "2.0.0")\n',
      /^MODULE\.bazel says .*2\.0\.0.* and the platform needs .*3\.4\.1/,
    ],
    [
      "a variable of MODULE.bazel",
      "MODULE.bazel",
      'npm = use_extension("@x//:y.bzl", "z")\n',
      /^MODULE\.bazel says npm = /,
    ],
    [
      "a flag with another value",
      ".bazelrc",
      "build --symlink_prefix=/\n",
      /symlink_prefix=\/, .*symlink_prefix=\.bazel\//,
    ],
    ["a flag that is turned off", ".bazelrc", "build --noincompatible_strict_action_env\n", /--noincompatible_strict/],
    [
      "another Bazel",
      ".bazelversion",
      "7.4.0\n",
      /^\.bazelversion says 7\.4\.0, and the platform needs 8\.7\.0: take that/,
    ],
    ["a workspace of several packages", "pnpm-workspace.yaml", "packages:\n  - apps/*\n", /packages: - apps\/\*/],
    ["another compiler's settings", "tsconfig.json", '{ "include": [] }\n', /^tsconfig\.json is there already/],
    ["code in the platform's place", "tools/bazel", "mine\n", /^tools\/bazel is there already/],
    ["a package in a folder of the platform", "tools/mine/BUILD", "x()\n", /^tools\/mine\/BUILD is a package where/],
    ["npm's lockfile", "package-lock.json", "{}", /^package-lock\.json says that another package manager/],
  ];
  for (const [what, path, text, message] of conflicts) {
    it(`refuses ${what} in one sentence that names both and a way`, async () => {
      await assert.rejects(
        bring(new Map([...SMALL_REPOSITORY, [path, text]])),
        (error) => error instanceof CommandError && message.test(error.message) && !error.message.includes("\n"),
      );
    });
  }
});

describe("init with a newer platform", () => {
  const newer: Files = [
    ["tsconfig.json", '{ "include": [] }\n'],
    ["eslint.config.js", "export default [1];\n"],
    ["package.json", SMALL_PLATFORM.get("package.json")?.replace("4.6.7", "4.7.0") ?? ""],
    ["MODULE.bazel", SMALL_PLATFORM.get("MODULE.bazel")?.replace("3.4.1", "3.5.0") ?? ""],
    [".bazelversion", "8.8.0\n"],
    ["platform/base/new.ts", "export const a = 1;\n"],
  ].reduce<Files>(
    (files, [path = "", text = ""]) => withFile(files, path, () => text),
    withoutFile(SMALL_PLATFORM, "tests/security/rows.ts"),
  );

  it("brings what is new and takes away what is gone", async () => {
    const made = await bring(await bring(NOTHING), {}, newer);
    assert.equal(made.get("tsconfig.json"), '{ "include": [] }\n');
    assert.equal(made.has("platform/base/new.ts"), true);
    assert.equal(made.has("tests/security/rows.ts"), false);
    assert.match(made.get("package.json") ?? "", /"zod": "4\.7\.0"/);
    assert.match(made.get("MODULE.bazel") ?? "", /"aspect_rules_js", version = "3\.5\.0"/);
    assert.equal(made.get(".bazelversion"), "8.8.0\n");
    assert.deepEqual(made, new Map([...(await bring(made, {}, newer))]));
  });

  it("keeps what a person has changed or removed, and lists it", async () => {
    const mine = ["eslint.config.js", "tests/security/rows.ts"].reduce(
      (files, path) => withFile(files, path, (text) => `${text}// Mine.\n`),
      withoutFile(await bring(NOTHING), "tsconfig.json"),
    );
    const { kept, refusals } = await resolve(mine, newer);
    assert.deepEqual(refusals, []);
    assert.deepEqual(
      kept.map(({ path, why }) => `${path}: ${why}`),
      [
        "eslint.config.js: changed by hand, and the platform's is new",
        "tsconfig.json: removed by hand",
        "tests/security/rows.ts: changed by hand",
      ],
    );
    const made = await bring(mine, {}, newer);
    for (const path of ["eslint.config.js", "tests/security/rows.ts"])
      assert.equal(made.get(path), mine.get(path), path);
    assert.equal(made.has("tsconfig.json"), false);
  });

  it("keeps a setting that a person has changed while the platform's was the same", async () => {
    const mine = withFile(await bring(NOTHING), "package.json", (text) =>
      text.replace('"zod": "4.6.7"', '"zod": "4.6.8"'),
    );
    assert.equal((await bring(mine)).get("package.json"), mine.get("package.json"));
    await assert.rejects(bring(mine, {}, newer), /says 4\.6\.8 for zod, and the platform needs 4\.7\.0/);
  });

  it("leaves a person's own additions to shared files alone", async () => {
    const mine = withFile(await bring(NOTHING), ".gitignore", (text) => `${text}dist/\n`);
    assert.match((await bring(mine, {}, newer)).get(".gitignore") ?? "", /^dist\/$/m);
  });
});
