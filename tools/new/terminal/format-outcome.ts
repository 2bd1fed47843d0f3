import type { Paint } from "#tools/command/paint";
import { formatChanges } from "../plan/format-patch.js";
import type { Plan } from "../plan/plan.js";
import type { Change, ResolvedPlan } from "../plan/resolve-plan.js";

/** What was done, or would be, and how to go on. */
export function formatOutcome(
  { what, next }: Plan,
  { changes, kept }: ResolvedPlan,
  isDry: boolean,
  paint: Paint,
): string {
  const lines = [
    ...countCopies(changes).map((line) => `  ${paint("green", "+")} ${line}`),
    ...changes.filter(({ isCopy }) => isCopy !== true).map((change) => `  ${signOf(change, paint)} ${change.path}`),
    ...kept.map(({ path, why }) => `  ${paint("dim", "=")} ${path} (${why}: stays as it is)`),
  ];
  if (changes.length === 0) return [`nothing to do: ${what}`, ...lines].join("\n");
  if (isDry) return [`${what}: nothing was written, because of --dry-run`, ...lines].join("\n");
  const width = Math.max(...next.map(({ command }) => command.length));
  const commands = next.map(({ command, about }) => `  ${command.padEnd(width)}  ${paint("dim", `# ${about}`)}`);
  return [`written: ${what}`, ...lines, ...(next.length === 0 ? [] : ["", "Next:", ...commands])].join("\n");
}

function signOf({ before, after }: Change, paint: Paint): string {
  if (after === undefined) return paint("red", "-");
  return before === undefined ? paint("green", "+") : paint("yellow", "~");
}

/** How many files of another checkout each folder gets. */
function countCopies(changes: readonly Change[]): readonly string[] {
  const copies = changes.filter(({ isCopy }) => isCopy === true);
  const byFolder = Map.groupBy(copies, ({ path }) => (path.includes("/") ? `${path.split("/", 1).join("")}/` : path));
  return [...byFolder].map(([folder, files]) => (folder.endsWith("/") ? `${folder} (${files.length} files)` : folder));
}

/** The same for programs. */
export function formatJson({ what, next }: Plan, { changes, kept }: ResolvedPlan, isDry: boolean): string {
  const answer = {
    what,
    written: !isDry && changes.length > 0,
    changes: changes.map((change) => ({
      path: change.path,
      act: change.before === undefined ? "create" : change.after === undefined ? "remove" : "change",
      patch: formatChanges([change]),
    })),
    kept,
    next,
  };
  return JSON.stringify(answer, null, 2);
}
