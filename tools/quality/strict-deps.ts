/**
 * Build action of every TypeScript target: fails when an import is no direct dependency, else writes a stamp that
 * the compilation waits for.
 *
 *     strict-deps.js <stamp> <label> <deps, comma separated> <files...>
 */
import { readFileSync, writeFileSync } from "node:fs";
import { findUndeclaredImports, type ImportsMap, type SourceFile } from "#tools/quality/find-undeclared-imports";
import { moduleSpecifiers } from "#tools/quality/module-specifiers";

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export function run([stamp = "", label = "", deps = "", ...files]: readonly string[]): number {
  const { imports } = JSON.parse(readFileSync("package.json", "utf8")) as { imports: ImportsMap };
  const target = { label, deps: deps.split(",").filter((dep) => dep !== "") };
  const complaints = findUndeclaredImports(target, files.map(readSource), imports);
  if (complaints.length > 0) {
    console.error(
      `ERROR: ${label} imports what its deps do not name:\n${complaints.map((line) => `  ${line}`).join("\n")}`,
    );
    return 1;
  }
  writeFileSync(stamp, "");
  return 0;
}

function readSource(file: string): SourceFile {
  return { path: file, specifiers: moduleSpecifiers(file, readFileSync(file, "utf8")) };
}

if (import.meta.main) process.exitCode = run(process.argv.slice(2));
