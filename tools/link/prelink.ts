/**
 * Build action: minifies what esbuild has bundled of the platform, all features together, and cuts it into the parts that
 * link.js makes Workers of.
 *
 *     prelink.js <bundle of esbuild> <its metafile> <entry point> <parts>
 *
 * Writes `<parts>.js`, a part after the other, `<parts>.js.map`, and `<parts>.json`, which says who needs which.
 */
import { readFileSync, writeFileSync } from "node:fs";

import remapping, { type DecodedSourceMap } from "@jridgewell/remapping";

import { bareVariables } from "#tools/link/bare-variables";
import { cutParts } from "#tools/link/cut-parts";
import { readExports } from "#tools/link/entry-imports";
import type { LinkIndex } from "#tools/link/link-entry";
import { type ImportGraph, markParts } from "#tools/link/mark-parts";
import { joinMapPieces, toMapPiece } from "#tools/link/source-map-pieces";
import { minifyModule } from "#tools/quality/minify-module";

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export function run([bundle = "", metafile = "", entry = "", target = ""]: readonly string[]): number {
  const graph = JSON.parse(readFileSync(metafile, "utf8")) as ImportGraph;
  const marked = markParts(readFileSync(bundle, "utf8"), graph);
  const { code, maps } = minifyModule(marked.code, bundle, true);
  const steps = [...maps, readFileSync(`${bundle}.map`, "utf8")];
  const map = remapping(steps, () => null, { decodedMappings: true }) as DecodedSourceMap;
  const { head, parts, exports } = cutParts(code, map.mappings, marked.owners.length);
  const [base = []] = marked.owners;
  // Declared once more for those who need another part only: `var` may be said twice.
  const moved = parts.flatMap((part) => bareVariables(part.code));
  const declared = moved.length === 0 ? "" : `var ${moved.join()};`;
  const owned = [
    { ...head, code: head.code + declared, owners: base },
    ...parts.map((part, index) => ({ ...part, owners: marked.owners[index] ?? base })),
  ];
  const index: LinkIndex = {
    parts: owned.map(({ owners, mappings }) => ({ owners, lines: mappings.length, map: toMapPiece(mappings) })),
    exports: Object.fromEntries(
      readExports(readFileSync(entry, "utf8")).map(({ from, name, as }) => [`${from} ${name}`, exports.get(as) ?? ""]),
    ),
  };
  const mappings = joinMapPieces(index.parts.map((part) => part.map));
  writeFileSync(`${target}.js`, owned.map((part) => part.code).join("\n"));
  // The mappings come last: link.ts puts others in their place without reading the sources.
  const { mappings: _replaced, ...sources } = map;
  writeFileSync(`${target}.js.map`, JSON.stringify({ ...sources, mappings }));
  writeFileSync(`${target}.json`, JSON.stringify(index));
  return 0;
}

if (import.meta.main) process.exitCode = run(process.argv.slice(2));
