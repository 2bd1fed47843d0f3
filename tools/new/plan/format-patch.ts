import { formatPatch, structuredPatch } from "diff";

import type { Change } from "./resolve-plan.js";

/** The changes as one patch that `git apply` takes. Empty when there are none. */
export function formatChanges(changes: readonly Change[]): string {
  return changes.map(formatChange).join("");
}

function formatChange({ path, before, after }: Change): string {
  const from = before === undefined ? "/dev/null" : `a/${path}`;
  const patch = structuredPatch(from, `b/${path}`, before ?? "", after, undefined, undefined, { context: 3 });
  const header = `diff --git a/${path} b/${path}\n${before === undefined ? "new file mode 100644\n" : ""}`;
  return header + formatPatch(patch, { includeIndex: false, includeUnderline: false, includeFileHeaders: true });
}
