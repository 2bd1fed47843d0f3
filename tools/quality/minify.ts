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
import { minifySync as compress } from "@swc/core";
import { minifySync } from "oxc-minify";

import { blankDocumentation } from "./blank-documentation.js";

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export function run([source = "", target = ""]: readonly string[]): number {
  const bundled = blankDocumentation(readFileSync(source, "utf8"));
  // swc inlines what oxc leaves, as often as there is something; oxc writes shorter what swc leaves.
  const compressed = compress(bundled, {
    module: true,
    compress: { ecma: 2020, passes: 0, sequences: false, toplevel: true },
    ecma: 2020,
    mangle: { toplevel: true },
    sourceMap: true,
  });
  const { code, map, errors } = minifySync(path.basename(source), compressed.code, {
    module: true,
    compress: { target: "esnext" },
    mangle: { toplevel: true },
    sourcemap: true,
  });
  if (errors.length > 0 || map === undefined || compressed.map === undefined) {
    console.error(`ERROR: ${source} cannot be minified:\n${errors.map(({ message }) => `  ${message}`).join("\n")}`);
    return 1;
  }
  const maps = [map, JSON.parse(compressed.map), JSON.parse(readFileSync(`${source}.map`, "utf8"))] as SourceMapInput[];
  writeFileSync(`${target}.map`, remapping(maps, () => null).toString());
  writeFileSync(target, `${code}\n//# sourceMappingURL=${path.basename(target)}.map\n`);
  return 0;
}

if (import.meta.main) process.exitCode = run(process.argv.slice(2));
