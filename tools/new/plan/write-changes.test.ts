import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

import { applyPatch } from "diff";

import { CommandError } from "#tools/command/command-line";
import { diskTree } from "./disk-tree.js";
import { formatChanges } from "./format-patch.js";
import { writeChanges } from "./write-changes.js";

describe("writeChanges", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), "write-changes-"));
    writeFileSync(path.join(root, "old.txt"), "old\n");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const listed = () => readdirSync(root, { recursive: true }).map(String).toSorted();
  const old = { path: "old.txt", before: "old\n", after: "new\n" };

  function refuses(changes: Parameters<typeof writeChanges>[1], message: RegExp): void {
    const before = listed();
    assert.throws(
      () => writeChanges(root, changes),
      (error) => error instanceof CommandError && error.hints.exitCode === 2 && message.test(error.message),
    );
    assert.deepEqual(listed(), before);
    assert.equal(readFileSync(path.join(root, "old.txt"), "utf8"), "old\n");
  }

  it("makes folders and files, changes others, and leaves nothing beside them", () => {
    writeChanges(root, [{ path: "a/b/c.txt", before: undefined, after: "c\n" }, old]);
    assert.deepEqual(listed(), ["a", "a/b", "a/b/c.txt", "old.txt"]);
    assert.equal(readFileSync(path.join(root, "old.txt"), "utf8"), "new\n");
  });

  it("writes nothing when a file has changed since the plan", () => {
    refuses(
      [
        { path: "a/c.txt", before: undefined, after: "c" },
        { ...old, before: "older\n" },
      ],
      /old\.txt has changed/,
    );
    refuses([{ path: "old.txt", before: undefined, after: "c" }], /old\.txt has changed/);
  });

  it("writes nothing where a folder cannot be made", () => {
    refuses([old, { path: "old.txt/c.txt", before: undefined, after: "c" }], /^nothing was written: .*old\.txt/);
  });

  it("puts back what it has put in place when a later file cannot be", () => {
    mkdirSync(path.join(root, "taken"));
    // A folder where the file should be: its text can be written beside it, and not be moved there.
    writeFileSync(path.join(root, "taken/inside"), "");
    refuses(
      [old, { path: "a/c.txt", before: undefined, after: "c" }, { path: "taken", before: undefined, after: "t" }],
      /^nothing was written/,
    );
  });

  it("puts back what it has put in place when a later text cannot be moved to its place", () => {
    const file = { path: "a", before: undefined, after: "a" };
    refuses([old, file, { path: "a/b.txt", before: undefined, after: "b" }], /^nothing was written: .*a/);
  });

  it("ends where nothing can be made", () => {
    assert.throws(() => writeChanges("/proc/nothing/x", [{ path: "a", before: undefined, after: "a" }]), CommandError);
  });

  it("reads no folder and no pipe as a file", () => {
    execFileSync("mkfifo", [path.join(root, "pipe")]);
    for (const file of ["pipe", "."]) assert.throws(() => diskTree(root).read(file), /is no file: move it away/);
    assert.equal(diskTree(root).read("old.txt/below"), undefined);
  });

  it("makes the root, takes files away with the folders they leave empty, and sets who may start a file", () => {
    const made = path.join(root, "new/one");
    writeChanges(made, [
      { path: "bin/run", before: undefined, after: "#!", isExecutable: true },
      { path: "a/b/c.txt", before: undefined, after: "c" },
    ]);
    assert.equal(statSync(path.join(made, "bin/run")).mode & 0o777, 0o755);
    writeChanges(made, [
      { path: "bin/run", before: "#!", after: "#!/bin/sh" },
      { path: "a/b/c.txt", before: "c", after: undefined },
    ]);
    assert.equal(statSync(path.join(made, "bin/run")).mode & 0o777, 0o755);
    assert.deepEqual(readdirSync(made, { recursive: true }).map(String).toSorted(), ["bin", "bin/run"]);
  });

  it("writes neither over nor through what lies beside a place, and replaces no link", () => {
    writeFileSync(path.join(root, "c.txt.new"), "mine");
    refuses([{ path: "c.txt", before: undefined, after: "c" }], /^nothing was written/);
    assert.equal(readFileSync(path.join(root, "c.txt.new"), "utf8"), "mine");
    symlinkSync("old.txt", path.join(root, "link.txt"));
    refuses([{ path: "link.txt", before: "old\n", after: "new\n" }], /link\.txt is a link/);
    symlinkSync("nowhere", path.join(root, "d.txt.new"));
    refuses([{ path: "d.txt", before: undefined, after: "d" }], /^nothing was written/);
  });

  it("follows no link out of the checkout", () => {
    const outside = mkdtempSync(path.join(os.tmpdir(), "outside-"));
    try {
      symlinkSync(outside, path.join(root, "link"));
      refuses([{ path: "link/c.txt", before: undefined, after: "c" }], /leads out of the checkout/);
      refuses([{ path: "../c.txt", before: undefined, after: "c" }], /leads out of the checkout/);
      assert.deepEqual(readdirSync(outside), []);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });
});

describe("formatChanges", () => {
  it("is a patch that makes the change", () => {
    const change = { path: "a.txt", before: "1\n2\n3\n", after: "1\ntwo\n3\n4" };
    assert.equal(applyPatch(change.before, formatChanges([change])), change.after);
  });

  it("names files as git does", () => {
    assert.equal(
      formatChanges([{ path: "a.txt", before: undefined, after: "1\n" }]),
      "diff --git a/a.txt b/a.txt\nnew file mode 100644\n--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1,1 @@\n+1\n",
    );
    assert.equal(formatChanges([]), "");
  });
});
