import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { Tree } from "./tree.js";

/** A checkout on disk. What cannot be read for another reason than that it is not there is thrown. */
export function diskTree(root: string): Tree {
  return {
    read(file) {
      try {
        return readFileSync(path.join(root, file), "utf8");
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    folders(folder) {
      try {
        const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
        return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    has: (file) => existsSync(path.join(root, file)),
  };
}

/** No such file; or one of its folders is a file. */
function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}
