import { lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import type { Change } from "./resolve-plan.js";

/** Ends the name of a text that is about to take a file's place. */
const PENDING = ".new";

/**
 * Writes all changes or none: first every text beside its place, then each into its place, by renaming. What has been done
 * is undone when a step fails.
 *
 * @throws CommandError with exit code 2 when a file is not as it was planned with, or the tree cannot be written
 */
export function writeChanges(root: string, changes: readonly Change[]): void {
  const undo: (() => void)[] = [];
  try {
    for (const change of changes) prepare(root, change, undo);
    for (const { path: file, before, after } of changes) {
      const target = path.join(root, file);
      renameSync(target + PENDING, target);
      undo.push(() => (before === undefined ? rmSync(target) : writeFileSync(target, before)));
      if (readFileSync(target, "utf8") !== after) throw new Error(`${file} is not what was written`);
    }
  } catch (error) {
    for (const step of undo.toReversed()) step();
    if (error instanceof CommandError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`nothing was written: ${why}`, { exitCode: EXIT_CODES.usage });
  }
}

/** Writes the text beside its place, in a folder that may have to be made. */
function prepare(root: string, { path: file, before, after }: Change, undo: (() => void)[]): void {
  const target = path.join(root, file);
  refuseOutside(root, target, file);
  if (textOf(target) !== before) {
    throw new CommandError(`nothing was written: ${file} has changed in the meantime; run the command again`, {
      exitCode: EXIT_CODES.usage,
    });
  }
  const made = mkdirSync(path.dirname(target), { recursive: true });
  if (made !== undefined) undo.push(() => rmSync(made, { recursive: true }));
  undo.push(() => rmSync(target + PENDING, { force: true }));
  writeFileSync(target + PENDING, after);
}

/** A link among the folders could lead anywhere: the nearest folder that exists must be within the root. */
function refuseOutside(root: string, target: string, file: string): void {
  const home = realpathSync(root);
  let folder = path.dirname(target);
  while (lstatSync(folder, { throwIfNoEntry: false }) === undefined) folder = path.dirname(folder);
  const real = realpathSync(folder);
  if (real === home || real.startsWith(home + path.sep)) return;
  throw new CommandError(`nothing was written: ${file} leads out of the checkout`, { exitCode: EXIT_CODES.usage });
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
