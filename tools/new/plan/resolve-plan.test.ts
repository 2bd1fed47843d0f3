import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { digestOf, formatManifest, MANIFEST } from "./manifest.js";
import type { Plan, PlannedFile } from "./plan.js";
import { resolvePlan } from "./resolve-plan.js";
import { memoryTree } from "./tree.js";

const BEFORE = "generated before\n";
const NOW = "generated now\n";
const MINE = "my own\n";

const planOf = (files: readonly PlannedFile[], rest: Partial<Plan> = {}): Plan => ({
  what: "x",
  home: "p",
  files,
  edits: [],
  next: [],
  ...rest,
});

/** A package in which `p/f` was generated before, if `generated` says with which text, and is on disk now. */
function treeOf(generated: string | undefined, disk: string | undefined) {
  return memoryTree(
    new Map([
      ...(generated === undefined
        ? []
        : [[`p/${MANIFEST}`, formatManifest(new Map([["f", digestOf(generated)]]))] as const]),
      ...(disk === undefined ? [] : [["p/f", disk] as const]),
    ]),
  );
}

/** generated before, on disk now → what becomes of it */
const cases: readonly (readonly [string | undefined, string | undefined, "write" | "same" | "keep" | "refuse"])[] = [
  [undefined, undefined, "write"],
  [undefined, NOW, "same"],
  [undefined, MINE, "refuse"],
  [BEFORE, undefined, "keep"],
  [BEFORE, BEFORE, "write"],
  [BEFORE, NOW, "same"],
  [BEFORE, MINE, "refuse"],
  [NOW, undefined, "keep"],
  [NOW, NOW, "same"],
  [NOW, MINE, "keep"],
];

describe("a file that was generated before, is generated now, and is on disk", () => {
  for (const [generated, disk, expected] of cases) {
    it(`${generated?.trim() ?? "never generated"}, ${disk?.trim() ?? "not"} on disk: ${expected}`, async () => {
      const { changes, kept, refusals } = await resolvePlan(
        planOf([{ path: "p/f", text: NOW }]),
        treeOf(generated, disk),
      );
      const written = changes.find(({ path }) => path === "p/f");
      assert.equal(written?.after, expected === "write" ? NOW : undefined);
      assert.equal(written?.before, expected === "write" ? disk : undefined);
      assert.equal(kept.length, expected === "keep" ? 1 : 0);
      assert.equal(refusals.length, expected === "refuse" ? 1 : 0);
      if (expected === "refuse") assert.deepEqual(changes, []);
    });
  }

  it("is always what is made now when it is the build's", async () => {
    const { changes } = await resolvePlan(
      planOf([{ path: "p/f", text: NOW, owner: "build" }]),
      treeOf(undefined, MINE),
    );
    assert.deepEqual(changes, [{ path: "p/f", before: MINE, after: NOW }]);
  });
});

describe("resolvePlan", () => {
  it("plans nothing more for a checkout in which it was carried out", async () => {
    const plan = planOf([
      { path: "p/a.ts", text: "export const   a = 1" },
      { path: "p/b.json", text: '{"x":1}' },
    ]);
    const first = await resolvePlan(plan, memoryTree(new Map()));
    assert.deepEqual(
      first.changes.map(({ path }) => path),
      ["p/a.ts", "p/b.json", `p/${MANIFEST}`],
    );
    assert.equal(first.changes[0]?.after, "export const a = 1;\n");
    const tree = memoryTree(new Map(first.changes.map(({ path, after = "" }) => [path, after])));
    assert.deepEqual(await resolvePlan(plan, tree), { changes: [], kept: [], refusals: [] });
  });

  it("formats an edited file if it was formatted, and leaves a person's own format alone", async () => {
    const edits = [{ path: "p/c.json", edits: [{ kind: "json", at: ["b"], value: ["x"] } as const] }];
    const edit = async (text: string) =>
      (await resolvePlan(planOf([], { edits }), memoryTree(new Map([["p/c.json", text]])))).changes[0]?.after;
    assert.equal(await edit('{\n  "a": 1\n}\n'), '{\n  "a": 1,\n  "b": ["x"]\n}\n');
    assert.match((await edit('{\n    "a" : 1\n}\n')) ?? "", /^\{\n {4}"a" : 1,\n {4}"b": \[/);
  });

  it("refuses as a whole when one edit has no place", async () => {
    const edits = [{ path: "p/none.json", edits: [{ kind: "json", at: ["b"], value: 1 } as const] }];
    const { changes, refusals } = await resolvePlan(
      planOf([{ path: "p/a", text: NOW }], { edits }),
      memoryTree(new Map()),
    );
    assert.deepEqual(refusals, ["p/none.json cannot be edited: it is not there"]);
    assert.deepEqual(changes, []);
  });

  it("says that the list of what was generated is broken", async () => {
    await assert.rejects(
      resolvePlan(planOf([]), memoryTree(new Map([[`p/${MANIFEST}`, "[]"]]))),
      /p\/\.generated\.json is not/,
    );
  });
});
