import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { refuse } from "../kinds/refuse.js";
import type { Tree } from "./tree.js";

/** A checkout on disk. What cannot be read for another reason than that it is not there is thrown. */
export function diskTree(root: string): Tree {
  return {
    read(file) {
      try {
        // A pipe would be waited for without end.
        if (!statSync(path.join(root, file)).isFile()) return refuse(`${file} is no file: move it away`);
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
    files: () => (trackedFiles(root) ?? filesBelow(root, "")).toSorted(),
  };
}

/** Most text that git lists, bytes. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/** What git tracks; `undefined` where there is no git, or the folder is no root of its own. A file that is gone is left out. */
function trackedFiles(root: string): readonly string[] | undefined {
  if (!existsSync(path.join(root, ".git"))) return undefined;
  const { status, stdout } = spawnSync("git", ["ls-files", "-z"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: MAX_LIST_BYTES,
  });
  if (status !== 0) return undefined;
  return stdout.split("\0").filter((file) => file !== "" && existsSync(path.join(root, file)));
}

/** Folders that hold what a build or an installation has made. */
const MADE = /^(?:node_modules|bazel-.*)$/;

/** All files below a folder, without what is made and without hidden folders; links are not followed. */
function filesBelow(root: string, folder: string): readonly string[] {
  return entriesOf(path.join(root, folder)).flatMap((entry): readonly string[] => {
    const file = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) return [file];
    return entry.isDirectory() && !MADE.test(entry.name) && !entry.name.startsWith(".") ? filesBelow(root, file) : [];
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** No such file; or one of its folders is a file. */
function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "");
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
