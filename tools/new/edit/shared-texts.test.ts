import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { applyEdits } from "./edit.js";
import { linesOf, setLine } from "./named-lines.js";
import { setStatement, statementsOf } from "./starlark-statements.js";
import { blocksOf, setBlock } from "./yaml-blocks.js";

const textOf = (result: { readonly ok: boolean; readonly text?: string }): string => result.text ?? assert.fail();

describe("statements of Starlark", () => {
  const file = `"""About
node = 1."""

load("//a:b.bzl", "x", "y")

module(name = "m")

# The version.
node = use_extension("@r//:e.bzl", "node")
node.toolchain(v = "//:.nvmrc")
tag.make(
    name = "npm",  # its name
    list = [
        "a",
    ],
)
use_repo(node, "n")
checks()
`;

  it("are named after what they are", () => {
    assert.deepEqual(
      statementsOf(file).map(({ name }) => name),
      [
        "load //a:b.bzl x",
        "load //a:b.bzl y",
        "module",
        "node",
        "node.toolchain",
        "tag.make npm",
        "use_repo node",
        "checks",
      ],
    );
  });

  it("are the same however they are laid out and commented", () => {
    const [tight] = statementsOf('tag.make(name = "npm", list = ["a"])');
    assert.equal(statementsOf(file).find(({ name }) => name === "tag.make npm")?.text, tight?.text);
  });

  it("are put at the end, or in the place of the one of their name; comments stay", () => {
    assert.equal(textOf(setStatement(file, "z", "z = 1")), `${file}\nz = 1\n`);
    const changed = textOf(setStatement(file, "node", "# Another.\nnode = 2"));
    assert.equal(changed, file.replace('use_extension("@r//:e.bzl", "node")', "2"));
    assert.equal(textOf(setStatement("", "z", "z = 1")), "z = 1\n");
  });

  it("are loaded at the top", () => {
    assert.match(textOf(setStatement(file, "load //a:b.bzl w", "")), /^load\("\/\/a:b\.bzl", "w", "x", "y"\)$/m);
    assert.match(textOf(setStatement(file, "load //c.bzl z", "")), /"y"\)\nload\("\/\/c\.bzl", "z"\)\n\nmodule/);
    assert.equal(
      textOf(setStatement('"""A."""\n\nx()\n', "load //c.bzl z", "")),
      '"""A."""\n\nload("//c.bzl", "z")\n\nx()\n',
    );
    assert.equal(textOf(setStatement("x()\n", "load //c.bzl z", "")), 'load("//c.bzl", "z")\n\nx()\n');
  });
});

describe("lines of settings", () => {
  it("are named without their value, and without `no`", () => {
    assert.deepEqual(
      linesOf("# a\nbuild --x=1 --nofoo\n\nimport %workspace%/y\nbuild:ci --color=no\n").map(({ name }) => name),
      ["build --x", "build --foo", "import %workspace%/y", "build:ci --color"],
    );
  });

  it("are added at the end, or take the place of their name", () => {
    assert.equal(textOf(setLine("a", "b", "b")), "a\nb\n");
    assert.equal(
      textOf(setLine("# c\nbuild --x=1 --y\nz\n", "build --x", "build --x=2")),
      "# c\nbuild --x=2\nbuild --y\nz\n",
    );
  });
});

describe("keys of YAML", () => {
  const file = '# One.\npackages:\n  - .\n\n# Below.\noverrides:\n  # Why.\n  "a>b": 1.0.0 # c\nhoist: false';

  it("are named, with the comment above and what is below them", () => {
    assert.deepEqual(
      blocksOf(file).map(({ name, text }) => [name, text]),
      [
        ["packages", "packages: - ."],
        ["overrides", "overrides: a>b: 1.0.0"],
        ["hoist", "hoist: false"],
      ],
    );
  });

  it("are added at the end, or take the place of their name", () => {
    assert.equal(textOf(setBlock("a: 1\n", "b", "# B.\nb: 2")), "a: 1\n# B.\nb: 2\n");
    assert.match(
      textOf(setBlock(file, "overrides", "overrides:\n  c: 2")),
      /- \.\n\n# Below\.\noverrides:\n {2}c: 2\nhoist: false$/,
    );
  });
});

describe("edits of shared files", () => {
  it("change nothing the second time", () => {
    const edits = [
      { kind: "setting" as const, name: "build --x", text: "build --x=2" },
      { kind: "setting" as const, name: "dist/", text: "dist/" },
    ];
    const once = textOf(applyEdits("build --x=1\n", edits));
    assert.equal(textOf(applyEdits(once, edits)), once);
  });
});
