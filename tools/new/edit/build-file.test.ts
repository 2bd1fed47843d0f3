import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { addCall, compareItems, editList, removeCall, setText } from "./build-file.js";
import { parseCalls } from "./build-syntax.js";
import type { EditResult } from "./edit-result.js";

const FILE = `"""A package: with a word ( that never closes."""

load("//tools/build:defs.bzl", "ts_library", "ts_test")

# The library.
ts_library(
    name = "lib",
    srcs = [
        "a.ts",
        # Keep: it is loaded by name.
        "c.ts",
    ],
    deps = ["//platform/base"],
)

NAMES = [name for name in ["x"]]

ts_test(
    name = "test",
    srcs = ["a.test.ts"],
)
`;

function textOf(result: EditResult): string {
  assert.ok(result.ok, result.ok ? "" : result.why);
  return result.text;
}

const add = (file: string, attribute: string, text: string, target = "lib") =>
  textOf(editList(file, { target, attribute, act: "add", text }));
const remove = (file: string, attribute: string, text: string, target = "lib") =>
  textOf(editList(file, { target, attribute, act: "remove", text }));

describe("parseCalls", () => {
  it("finds calls, not texts, comments or assignments that look like them", () => {
    const calls = parseCalls(`# f(name = "no")\nx = g(name = "no")\n${FILE}`);
    assert.deepEqual(
      calls.map(({ rule, name }) => [rule, name]),
      [
        ["load", undefined],
        ["ts_library", "lib"],
        ["ts_test", "test"],
      ],
    );
  });
});

describe("editList", () => {
  it("adds a text where buildifier has it, and keeps comments with what they are about", () => {
    const after = add(FILE, "srcs", "b.ts");
    assert.ok(
      after.includes(`        "a.ts",\n        # Keep: it is loaded by name.\n        "b.ts",\n        "c.ts",\n`),
    );
    assert.ok(add(FILE, "srcs", "d.ts").includes(`        "c.ts",\n        "d.ts",\n    ],`));
  });

  it("gives each text a line when there are several", () => {
    assert.ok(
      add(FILE, "deps", ":here").includes(`    deps = [\n        ":here",\n        "//platform/base",\n    ],\n`),
    );
  });

  it("makes the attribute that is not there", () => {
    assert.ok(add(FILE, "data", "x.md").includes(`    data = ["x.md"],\n    deps = ["//platform/base"],\n)`));
    assert.equal(add('tenant(name = "x")\n', "data", "y", "x"), 'tenant(\n    name = "x",\n    data = ["y"],\n)\n');
  });

  it("puts the missing comma behind the last text, not behind its comment", () => {
    const file = 'r(\n    name = "lib",\n    srcs = [\n        "a.ts" # last, really\n    ],\n)\n';
    assert.ok(add(file, "srcs", "b.ts").includes('        "a.ts", # last, really\n        "b.ts",\n'));
  });

  it("takes only the text itself when others share its line", () => {
    const file = 'r(\n    name = "lib",\n    srcs = [\n        "a.ts", "b.ts",\n        "c.ts",\n    ],\n)\n';
    assert.ok(remove(file, "srcs", "a.ts").includes('        "b.ts",\n        "c.ts",'));
    assert.ok(remove(file, "srcs", "b.ts").includes('        "a.ts", \n        "c.ts",'));
  });

  it("undoes what it did, and does nothing twice", () => {
    for (const [attribute, text] of [
      ["srcs", "b.ts"],
      ["srcs", "z.ts"],
      ["deps", "//x"],
    ] as const) {
      const after = add(FILE, attribute, text);
      assert.equal(add(after, attribute, text), after);
      assert.equal(remove(after, attribute, text), FILE);
      assert.equal(remove(FILE, attribute, text), FILE);
    }
  });

  it("refuses a rule that is not there, and a list that is computed", () => {
    assert.deepEqual(editList(FILE, { target: "no", attribute: "srcs", act: "add", text: "x" }), {
      ok: false,
      why: 'it has no rule called "no"',
    });
    const computed = 'r(name = "lib", srcs = glob(["*.ts"]) + ["x"])\n';
    assert.equal(editList(computed, { target: "lib", attribute: "srcs", act: "add", text: "x" }).ok, false);
  });
});

describe("setText", () => {
  const set = (file: string, text: string): EditResult => setText(file, { target: "x", attribute: "worker", text });
  const made = 'tenant(\n    name = "x",\n    objects = ["//o"],\n    worker = "//apps/a",\n)\n';

  it("makes the attribute where buildifier wants it, once", () => {
    assert.equal(textOf(set('tenant(name = "x", objects = ["//o"])\n', "//apps/a")), made);
    assert.equal(textOf(set(made, "//apps/a")), made);
    const alone = textOf(set('tenant(name = "x")\n', "//apps/a"));
    assert.equal(alone, 'tenant(\n    name = "x",\n    worker = "//apps/a",\n)\n');
    assert.equal(textOf(editList(alone, { target: "x", attribute: "objects", act: "add", text: "//o" })), made);
  });

  it("does not replace another text, and needs the rule", () => {
    assert.deepEqual(set(made, "//apps/b"), { ok: false, why: '"x" has worker = "//apps/a" already' });
    assert.equal(set("", "//apps/b").ok, false);
  });
});

describe("addCall and removeCall", () => {
  const rule = 'golden_test(\n    name = "golden",\n)';

  it("adds a rule at the end and loads it; away with it, the file is as before", () => {
    const after = textOf(addCall(FILE, "golden", rule));
    assert.ok(after.includes('load("//tools/build:defs.bzl", "golden_test", "ts_library", "ts_test")'));
    assert.ok(after.endsWith(`)\n\n${rule}\n`));
    assert.equal(textOf(addCall(after, "golden", "other(x)")), after);
    assert.equal(textOf(removeCall(after, "golden")), FILE);
  });

  it("loads from a file that loads nothing, below its docstring", () => {
    const after = textOf(addCall('"""Words."""\n\nx(name = "y")\n', "golden", rule));
    assert.match(after, /^"""Words\."""\n\nload\("\/\/tools\/build:defs\.bzl", "golden_test"\)\n\nx\(name = "y"\)\n/);
  });

  it("takes the comment above a rule with it, and no other", () => {
    const after = textOf(removeCall(FILE, "lib"));
    assert.doesNotMatch(after, /The library|ts_library/);
    assert.match(after, /NAMES = /);
  });
});

describe("compareItems", () => {
  it("orders as buildifier does", () => {
    const sorted = ["tool.ts", "tool-access.ts", "tools/x.ts", ":a", "//a", "//a:b", "//a/b", "@c"];
    assert.deepEqual(sorted.toReversed().toSorted(compareItems), sorted);
  });
});
