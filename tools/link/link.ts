/**
 * Build action: makes a Worker of an entry module and the parts of the platform that it imports.
 *
 *     link.js <entry module> <parts> <bundle>
 *
 * `<parts>` is what prelink.js has written. Nothing is minified again but the few lines of the entry module, so that many tenants
 * cost little more than one.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { minifySync } from "oxc-minify";

import { linkEntry, type LinkIndex } from "#tools/link/link-entry";

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export function run([entry = "", parts = "", target = ""]: readonly string[]): number {
  const index = JSON.parse(readFileSync(`${parts}.json`, "utf8")) as LinkIndex;
  const readJson = (file: string): string => readFileSync(path.join(path.dirname(entry), file), "utf8");
  const linked = linkEntry(readFileSync(entry, "utf8"), index, readFileSync(`${parts}.js`, "utf8"), readJson);
  // Names stay as they are: those of the parts are not to be met.
  const own = minifySync(path.basename(entry), linked.entry, {
    module: true,
    compress: { target: "esnext" },
    mangle: false,
  });
  if (own.errors.length > 0) {
    console.error(`ERROR: ${entry} cannot be minified:\n${own.errors.map(({ message }) => `  ${message}`).join("\n")}`);
    return 1;
  }
  const map = readFileSync(`${parts}.js.map`, "utf8");
  const sources = map.slice(0, map.lastIndexOf('"mappings":'));
  writeFileSync(`${target}.map`, `${sources}"mappings":${JSON.stringify(linked.mappings)}}`);
  writeFileSync(target, `${linked.parts}\n${own.code}\n//# sourceMappingURL=${path.basename(target)}.map\n`);
  return 0;
}

if (import.meta.main) process.exitCode = run(process.argv.slice(2));
