/**
 * Build action of every package: writes what prettier and buildifier would change; an empty report says that all is
 * well. The test `:format` reads it.
 *
 *     check-format.js <report> <files...>
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { formatFiles } from "#tools/quality/format-files";

const modules = path.join(import.meta.dirname, "../../node_modules");

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export async function run([report = "", ...files]: readonly string[]): Promise<number> {
  const complaints = await formatFiles(process.cwd(), files, "check", modules);
  const remedy = "\nTo repair what a program can repair: bazel run //:fix_format\n";
  writeFileSync(report, complaints.length > 0 ? [...complaints, remedy].join("\n") : "");
  return 0;
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
