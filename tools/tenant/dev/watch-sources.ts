import { lstatSync, readdirSync, watch, type FSWatcher } from "node:fs";
import path from "node:path";

/** Quiet time after a change before work starts, milliseconds: editors and git write several files at once. */
const DEBOUNCE_MS = 120;

/** Whether a change of this file can change what a tenant's bundle does. */
export function isWatchedSource(file: string): boolean {
  const name = path.basename(file);
  if (name.startsWith(".") || name.endsWith("~") || name.endsWith(".test.ts")) return false;
  if (file.split(/[\\/]/).some((part) => part === "golden" || part === "node_modules" || part === "testing"))
    return false;
  return /\.(ts|json|jsonc|md|sql|html|css|bazel|bzl)$/.test(name);
}

/**
 * Calls `work` once things are quiet after a change below `folders`, one call at a time: what changes meanwhile
 * causes exactly one more call. Answers how to stop.
 */
export function watchSources(folders: readonly string[], work: (changed: string) => Promise<void>): () => void {
  const run = coalesce(work);
  let timer: NodeJS.Timeout | undefined;
  const onChange = (file: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => run(file), DEBOUNCE_MS);
  };
  const unwatch = folders.map((folder) => watchTree(folder, onChange));
  return () => {
    clearTimeout(timer);
    for (const stop of unwatch) stop();
  };
}

/**
 * Watches each folder of a tree by itself. The recursive watch of node loses a file on Linux once it is replaced,
 * which is how git and most editors save.
 */
function watchTree(root: string, onChange: (file: string) => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  const forget = (folder: string): void => {
    for (const [watched, watcher] of watchers) {
      if (watched !== folder && !watched.startsWith(`${folder}${path.sep}`)) continue;
      watcher.close();
      watchers.delete(watched);
    }
  };
  const visit = (folder: string): void => {
    const watcher = watch(folder, (event, name) => {
      if (name === null) return;
      const changed = path.join(folder, name);
      // "rename": it is new, gone, or another one of the same name. A new folder may hold files already.
      if (event === "rename") forget(changed);
      const isNewFolder = isFolder(changed) && !watchers.has(changed);
      if (isNewFolder) visitIfThere(changed);
      if (isNewFolder || isWatchedSource(changed)) onChange(path.relative(path.dirname(root), changed));
    });
    // A folder that vanishes while it is watched is no reason to stop serving; one of the same name may come.
    watcher.on("error", () => forget(folder));
    watchers.set(folder, watcher);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !entry.name.startsWith(".")) visit(path.join(folder, entry.name));
    }
  };
  const visitIfThere = (folder: string): void => {
    try {
      visit(folder);
    } catch (error) {
      // It may vanish between the look at it and the watch. Anything else, such as too many watches, is told.
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
      forget(folder);
    }
  };
  visitIfThere(root);
  return () => forget(root);
}

function isFolder(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Runs `work` one at a time; calls during a run are merged into one that follows it. `work` must not reject. */
export function coalesce(work: (changed: string) => Promise<void>): (changed: string) => void {
  let isRunning = false;
  let next: string | undefined;
  const run = async (changed: string): Promise<void> => {
    isRunning = true;
    await work(changed);
    isRunning = false;
    const again = next;
    next = undefined;
    if (again !== undefined) void run(again);
  };
  return (changed) => {
    if (isRunning) next = changed;
    else void run(changed);
  };
}
