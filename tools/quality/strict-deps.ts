/**
 * Build action of every TypeScript target: fails when an import is no direct dependency, else writes a stamp that
 * the compilation waits for.
 *
 *     strict-deps.js <stamp> <label> <deps, comma separated> <files...>
 */
import { readFileSync, writeFileSync } from "node:fs";
import { findUndeclaredImports, type ImportsMap, type SourceFile } from "#tools/quality/find-undeclared-imports";
import { moduleSpecifiers } from "#tools/quality/module-specifiers";

const [stamp = "", label = "", deps = "", ...files] = process.argv.slice(2);

const readSource = (file: string): SourceFile => ({
  path: file,
  specifiers: moduleSpecifiers(file, readFileSync(file, "utf8")),
});

const { imports } = JSON.parse(readFileSync("package.json", "utf8")) as { imports: ImportsMap };
const target = { label, deps: deps.split(",").filter((dep) => dep !== "") };
const complaints = findUndeclaredImports(target, files.map(readSource), imports);
if (complaints.length > 0) {
  console.error(
    `ERROR: ${label} imports what its deps do not name:\n${complaints.map((line) => `  ${line}`).join("\n")}`,
  );
  process.exit(1);
}
writeFileSync(stamp, "");
