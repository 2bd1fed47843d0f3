/**
 * Build action of every package: writes what prettier and buildifier would change in its files, and what in them does not belong
 * in a repository: secrets, paths of a machine, servers of packages. An empty report says that all is well. The test `:format`
 * reads it.
 *
 *     check-files.js <report> <files...>
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { formatFiles, isFormatted } from "#tools/quality/format-files";
import { ALLOWANCES } from "#tools/quality/secrets/allowances";
import { checkSecrets, SECRETS_REMEDY } from "#tools/quality/secrets/check-secrets";

const modules = path.join(import.meta.dirname, "../../node_modules");

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export async function run([report = "", ...files]: readonly string[]): Promise<number> {
  const unformatted = await formatFiles(process.cwd(), files.filter(isFormatted), "check", modules);
  const folder = path.dirname(report);
  const texts = new Map(files.map((file) => [path.normalize(file), readFileSync(file, "utf8")]));
  const secrets = checkSecrets(folder === "." ? "" : folder, texts, ALLOWANCES);
  writeFileSync(
    report,
    [
      ...explain(unformatted, "\nTo repair what a program can repair: bazel run //:fix_format\n"),
      ...explain(secrets, SECRETS_REMEDY),
    ].join("\n"),
  );
  return 0;
}

function explain(complaints: readonly string[], remedy: string): readonly string[] {
  return complaints.length > 0 ? [...complaints, remedy] : [];
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
