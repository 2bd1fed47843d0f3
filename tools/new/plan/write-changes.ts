import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import type { Change } from "./resolve-plan.js";

/** Ends the name of a text that is about to take a file's place. */
const PENDING = ".new";

/**
 * Writes all changes or none: first every text beside its place, then each into its place, by renaming. What has been done
 * is undone when a step fails. The root is made if it is not there.
 *
 * @throws CommandError with exit code 2 when a file is not as it was planned with, or the tree cannot be written
 */
export function writeChanges(root: string, changes: readonly Change[]): void {
  const undo: (() => void)[] = [];
  try {
    makeFolder(root, undo);
    for (const change of changes) prepare(root, change, undo);
    for (const change of changes) carryOut(root, change, undo);
  } catch (error) {
    for (const step of undo.toReversed()) step();
    if (error instanceof CommandError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`nothing was written: ${why}`, { exitCode: EXIT_CODES.usage });
  }
  for (const { path: file, after } of changes) if (after === undefined) removeEmptyFolders(root, file);
}

/** Looks at the place, and writes the text beside it, in a folder that may have to be made. */
function prepare(root: string, { path: file, before, after, isExecutable }: Change, undo: (() => void)[]): void {
  const target = path.join(root, file);
  refuseOutside(root, target, file);
  if (textOf(target, file) !== before) {
    throw new CommandError(`nothing was written: ${file} has changed in the meantime; run the command again`, {
      exitCode: EXIT_CODES.usage,
    });
  }
  if (after === undefined) return;
  makeFolder(path.dirname(target), undo);
  // Never over, nor through, what somebody else has there.
  writeFileSync(target + PENDING, after, { flag: "wx" });
  undo.push(() => rmSync(target + PENDING, { force: true }));
  const mode = isExecutable === true ? 0o755 : before === undefined ? undefined : lstatSync(target).mode & 0o777;
  if (mode !== undefined) chmodSync(target + PENDING, mode);
}

function carryOut(root: string, { path: file, before, after }: Change, undo: (() => void)[]): void {
  const target = path.join(root, file);
  if (after === undefined) rmSync(target);
  else renameSync(target + PENDING, target);
  undo.push(() => (before === undefined ? rmSync(target) : writeFileSync(target, before)));
  if (after !== undefined && readFileSync(target, "utf8") !== after) throw new Error(`${file} is not what was written`);
}

/** One folder after the other: where nothing can be made, as below /proc, node's own `recursive` never ends. */
function makeFolder(folder: string, undo: (() => void)[]): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder), undo);
  mkdirSync(folder);
  undo.push(() => rmSync(folder, { recursive: true }));
}

/** Folders that a file has left empty go with it. */
function removeEmptyFolders(root: string, file: string): void {
  for (let folder = path.dirname(file); folder !== "."; folder = path.dirname(folder)) {
    if (readdirSync(path.join(root, folder)).length > 0) return;
    rmdirSync(path.join(root, folder));
  }
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

/** The text of a file; `undefined` when there is none. A link is refused: it would become a file, or lead out of the checkout. */
function textOf(target: string, file: string): string | undefined {
  const entry = lstatSync(target, { throwIfNoEntry: false });
  if (entry === undefined) return undefined;
  if (entry.isFile()) return readFileSync(target, "utf8");
  throw new CommandError(
    `nothing was written: ${file} is ${entry.isSymbolicLink() ? "a link" : "no file"}; move it away`,
    {
      exitCode: EXIT_CODES.usage,
    },
  );
}
