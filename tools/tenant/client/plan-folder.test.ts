import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { planFolder, type LocalDocument } from "#tools/tenant/client/plan-folder";
import type { StoredDocument } from "#tools/tenant/client/tenant-documents";

const options = { name: "docs", acl: [], sendAll: false };
const local: LocalDocument = { file: "a.md", docId: "a.md", bytes: 3, contentHash: "1", title: "A" };
const stored: StoredDocument = {
  docId: "a.md",
  contentHash: "1",
  title: "A",
  source: "a.md",
  metadata: { folder: "docs" },
  acl: [],
};
const plan = (known: readonly StoredDocument[], more: Partial<typeof options> = {}) =>
  planFolder([local], new Set(["a.md"]), known, { ...options, ...more });

describe("planFolder", () => {
  it("sends what is new and leaves alone what is the same", () => {
    assert.deepEqual(plan([]).toSend, [local]);
    assert.deepEqual([plan([stored]).toSend, plan([stored]).unchanged], [[], [local]]);
    assert.deepEqual(plan([stored], { sendAll: true }).toSend, [local]);
  });

  const differences: readonly (readonly [what: string, difference: Partial<StoredDocument>])[] = [
    ["text", { contentHash: "2" }],
    ["title", { title: "B" }],
    ["path", { source: "old/a.md" }],
    ["folder", { metadata: {} }],
    ["labels", { acl: ["staff"] }],
  ];
  for (const [what, difference] of differences) {
    it(`sends a document with another ${what}`, () => {
      assert.deepEqual(plan([{ ...stored, ...difference }]).toSend, [local]);
    });
  }

  it("compares labels in any order", () => {
    const labels = { acl: ["a", "b"] };
    assert.equal(
      planFolder([local], new Set(), [{ ...stored, acl: ["b", "a"] }], { ...options, ...labels }).toSend.length,
      0,
    );
  });

  it("does not take a document from another folder", () => {
    const { clashing, toSend } = plan([{ ...stored, metadata: { folder: "other" } }]);
    assert.deepEqual(toSend, []);
    assert.match(clashing[0]?.reason ?? "", /came from the folder "other".*--prefix/);
  });

  it("misses only what came from this folder and has no file, readable or not", () => {
    const known = [
      { ...stored, docId: "gone.md" },
      { ...stored, docId: "unreadable.md" },
      { ...stored, docId: "elsewhere.md", metadata: { folder: "other" } },
      { ...stored, docId: "by-hand.md", metadata: {} },
    ];
    const { missing } = planFolder([local], new Set(["a.md", "unreadable.md"]), known, options);
    assert.deepEqual(missing, ["gone.md"]);
  });
});
