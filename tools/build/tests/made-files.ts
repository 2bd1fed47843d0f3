import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

/** What Bazel lays out to run a program where it was built; names the folder, and is never shared. */
const LAID_OUT = /\.runfiles(?:_manifest)?$/;

/** Every file that a build has made: path below bazel-bin → SHA-256 of its bytes, in hexadecimal digits. */
export function readMadeFiles(copy: string): ReadonlyMap<string, string> {
  const root = realpathSync(path.join(copy, ".bazel/bin"));
  const made = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      if (LAID_OUT.test(name)) continue;
      if (statSync(file).isDirectory()) visit(file);
      else made.set(path.relative(root, file), createHash("sha256").update(readFileSync(file)).digest("hex"));
    }
  };
  visit(root);
  return made;
}

/** Files that only one of both builds has made, or each with other bytes. */
export function differencesOf(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((file) => one.get(file) !== other.get(file)).sort();
}
