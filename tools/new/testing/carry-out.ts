import assert from "node:assert/strict";

import type { Given, Kind } from "../kinds/kind.js";
import { resolvePlan } from "../plan/resolve-plan.js";
import { memoryTree } from "../plan/tree.js";

/** A checkout in memory: texts by path. */
export type Files = ReadonlyMap<string, string>;

/** Carries out what a kind plans, in memory. @throws AssertionError when the writer would refuse it */
export async function carryOut(files: Files, kind: Kind, given: Given, platform: Files = files): Promise<Files> {
  const tree = memoryTree(files);
  const { changes, refusals } = await resolvePlan(kind.plan(given, tree, memoryTree(platform)), tree);
  assert.deepEqual(refusals, []);
  const gone = new Set(changes.flatMap(({ path, after }) => (after === undefined ? [path] : [])));
  const written = changes.flatMap(({ path, after }): [string, string][] =>
    after === undefined ? [] : [[path, after]],
  );
  return new Map([...files, ...written].filter(([path]) => !gone.has(path)));
}

/** What differs between two checkouts: paths and their new texts, without the manifests. */
export function changedFiles(before: Files, after: Files): Readonly<Record<string, string>> {
  const changed = [...after].filter(([path, text]) => before.get(path) !== text && !path.endsWith(".generated.json"));
  return Object.fromEntries(changed);
}
