/**
 * Build action: makes a bundle smaller than esbuild alone can, and keeps its source map true.
 *
 *     minify.js <bundle of esbuild> <bundle>
 *
 * The source map of each lies beside it, as `<file>.map`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import remapping from "@jridgewell/remapping";

import { minifyModule } from "./minify-module.js";

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export function run([source = "", target = ""]: readonly string[]): number {
  const { code, maps } = minifyModule(readFileSync(source, "utf8"), source);
  writeFileSync(`${target}.map`, remapping([...maps, readFileSync(`${source}.map`, "utf8")], () => null).toString());
  writeFileSync(target, `${code}\n//# sourceMappingURL=${path.basename(target)}.map\n`);
  return 0;
}

if (import.meta.main) process.exitCode = run(process.argv.slice(2));
