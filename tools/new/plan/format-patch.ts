import { formatPatch, structuredPatch } from "diff";

import type { Change } from "./resolve-plan.js";

/** The changes as one patch that `git apply` takes. Empty when there are none. */
export function formatChanges(changes: readonly Change[]): string {
  return changes.map(formatChange).join("");
}

function formatChange({ path, before, after, isExecutable = false }: Change): string {
  const from = before === undefined ? "/dev/null" : `a/${path}`;
  const to = after === undefined ? "/dev/null" : `b/${path}`;
  const patch = structuredPatch(from, to, before ?? "", after ?? "", undefined, undefined, { context: 3 });
  const mode = isExecutable ? "100755" : "100644";
  const isNew = before === undefined ? `new file mode ${mode}\n` : "";
  const isGone = after === undefined ? `deleted file mode ${mode}\n` : "";
  const header = `diff --git a/${path} b/${path}\n${isNew}${isGone}`;
  return header + formatPatch(patch, { includeIndex: false, includeUnderline: false, includeFileHeaders: true });
}
