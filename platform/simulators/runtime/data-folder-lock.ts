import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isProcessRunning, processId, processIdentity } from "./process-identity.js";
import { RuntimeError } from "./runtime-error.js";

/** Holds the data of a Worker until {@link release}. */
export interface DataFolderLock {
  release(): void;
}

/** Lock files that this process holds: its own pid in a file may also be left from an earlier process. */
const heldFiles = new Set<string>();

/**
 * Takes the lock file `dataDir/locks/<name>.pid` of a Worker, so that runtimes may share the folder for different
 * Workers and not for the same one. A lock whose process is gone is taken over.
 *
 * @throws RuntimeError `data_folder_in_use`
 */
export function lockDataFolder(dataDir: string, name: string): DataFolderLock {
  const folder = path.resolve(dataDir, "locks");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.pid`);
  takeLock(file, name, dataDir);
  heldFiles.add(file);
  return {
    release() {
      heldFiles.delete(file);
      rmSync(file, { force: true });
    },
  };
}

/** Creating the file fails when it exists, so two processes cannot both think they made it. */
function takeLock(file: string, workerName: string, dataDir: string): void {
  for (;;) {
    try {
      writeFileSync(file, processIdentity(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = readOwner(file);
    if (owner !== undefined && isHeld(file, owner)) {
      throw new RuntimeError(
        "data_folder_in_use",
        `The data of Worker "${workerName}" in ${dataDir} is in use by process ${processId(owner)}. ` +
          "Stop that process, or give this one another data folder.",
      );
    }
    rmSync(file, { force: true });
  }
}

function isHeld(file: string, owner: string): boolean {
  return processId(owner) === process.pid ? heldFiles.has(file) : isProcessRunning(owner);
}

function readOwner(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    // The owner may have released it between our two looks.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
