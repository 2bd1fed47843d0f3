import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { type DataFolderLock, lockDataFolder } from "./data-folder-lock.js";
import { RuntimeError } from "./runtime-error.js";
import type { RuntimeOptions, WorkerDeployment } from "./runtime-options.js";

/** The state of one runtime on disk. */
export interface DataFolder {
  /** Where Miniflare and the simulators keep what they store. No two processes may use it. */
  readonly statePath: string;
  /** Takes the locks of another set of Workers. */
  relock(workers: readonly WorkerDeployment[]): void;
  close(): void;
}

/**
 * Opens `dataDir/<stateName>`, locked for this process, or a temporary folder when there is no `dataDir`. Each runtime
 * has a state folder of its own: workerd processes that open the same database lock each other out.
 *
 * @throws RuntimeError `data_folder_not_writable` or `data_folder_in_use`
 */
export function openDataFolder({ dataDir, stateName, workers }: RuntimeOptions): DataFolder {
  if (dataDir === undefined) return temporaryFolder();
  assertWritable(dataDir);
  const folder = stateName ?? workers[0]?.name ?? "state";
  const locks = new Map<string, DataFolderLock>();
  const keepLocks = (names: ReadonlySet<string>): void => {
    for (const name of names) if (!locks.has(name)) locks.set(name, lockDataFolder(dataDir, name));
    for (const [name, lock] of locks) {
      if (names.has(name)) continue;
      lock.release();
      locks.delete(name);
    }
  };
  const relock = (deployments: readonly WorkerDeployment[]): void =>
    keepLocks(new Set([folder, ...deployments.map(({ name }) => name)]));
  const close = (): void => keepLocks(new Set());
  try {
    relock(workers);
  } catch (error) {
    close();
    throw error;
  }
  return { statePath: path.resolve(dataDir, folder), relock, close };
}

function temporaryFolder(): DataFolder {
  const statePath = mkdtempSync(path.join(tmpdir(), "runtime-"));
  const close = (): void => rmSync(statePath, { recursive: true, force: true });
  return { statePath, relock: () => undefined, close };
}

function assertWritable(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RuntimeError(
      "data_folder_not_writable",
      `The data folder ${dataDir} cannot be written: ${reason}. Choose a folder that this user can write to.`,
      { cause: error },
    );
  }
}
