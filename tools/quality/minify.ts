/**
 * Build action: makes a bundle smaller than esbuild alone can, and keeps its source map true.
 *
 *     minify.js <bundle of esbuild> <bundle>
 *
 * The source map of each lies beside it, as `<file>.map`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import remapping, { type SourceMapInput } from "@jridgewell/remapping";
import { minifySync } from "oxc-minify";

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export function run([source = "", target = ""]: readonly string[]): number {
  const { code, map, errors } = minifySync(path.basename(source), readFileSync(source, "utf8"), {
    module: true,
    compress: { target: "esnext" },
    mangle: { toplevel: true },
    sourcemap: true,
  });
  if (errors.length > 0 || map === undefined) {
    console.error(`ERROR: ${source} cannot be minified:\n${errors.map(({ message }) => `  ${message}`).join("\n")}`);
    return 1;
  }
  const original = JSON.parse(readFileSync(`${source}.map`, "utf8")) as SourceMapInput;
  writeFileSync(`${target}.map`, remapping([map as SourceMapInput, original], () => null).toString());
  writeFileSync(target, `${code}\n//# sourceMappingURL=${path.basename(target)}.map\n`);
  return 0;
}

if (import.meta.main) process.exitCode = run(process.argv.slice(2));
