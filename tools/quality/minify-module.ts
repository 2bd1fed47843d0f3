import path from "node:path";

import type { SourceMapInput } from "@jridgewell/remapping";
import { minifySync as compress } from "@swc/core";
import { minifySync } from "oxc-minify";

import { blankDocumentation } from "./blank-documentation.js";

/** A minified module. */
export interface MinifiedModule {
  readonly code: string;
  /** Source maps from it to the given code, that of the last step first. */
  readonly maps: readonly SourceMapInput[];
}

/**
 * Makes a bundle smaller than esbuild alone can. Pure. `keepsNames`: the names that swc has chosen stay, which are longer and compress
 * better where parts are left out afterwards. @throws Error when it is no module.
 */
export function minifyModule(code: string, file: string, keepsNames = false): MinifiedModule {
  // swc inlines what oxc leaves, as often as there is something; oxc writes shorter what swc leaves.
  const compressed = compress(blankDocumentation(code), {
    module: true,
    compress: { ecma: 2020, passes: 0, sequences: false, toplevel: true },
    ecma: 2020,
    mangle: { toplevel: true },
    sourceMap: true,
  });
  const minified = minifySync(path.basename(file), compressed.code, {
    module: true,
    compress: { target: "esnext" },
    mangle: keepsNames ? false : { toplevel: true },
    sourcemap: true,
  });
  const { errors, map } = minified;
  if (errors.length > 0 || map === undefined || compressed.map === undefined)
    throw new Error(`${file} cannot be minified:\n${errors.map(({ message }) => `  ${message}`).join("\n")}`);
  return { code: minified.code, maps: [map, JSON.parse(compressed.map) as SourceMapInput] as SourceMapInput[] };
}
