import { existsSync, watch, type FSWatcher } from "node:fs";
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
  const watchers = folders.filter((folder) => existsSync(folder)).map((folder) => watchFolder(folder, onChange));
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

function watchFolder(folder: string, onChange: (file: string) => void): FSWatcher {
  const watcher = watch(folder, { recursive: true }, (_, file) => {
    if (file !== null && isWatchedSource(file)) onChange(path.join(path.basename(folder), file));
  });
  // A folder that vanishes while it is watched is no reason to stop serving.
  watcher.on("error", () => undefined);
  return watcher;
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
