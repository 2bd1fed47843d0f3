/** Test of one package: check-format.js <files...> fails when prettier or buildifier would change one of them. */
import { formatFiles } from "#tools/quality/format-files";

const complaints = await formatFiles(process.cwd(), process.argv.slice(2), "check", "node_modules");
if (complaints.length > 0) {
  console.error(complaints.join("\n"));
  console.error("\nTo repair what a program can repair: bazel run //:fix_format");
  process.exitCode = 1;
}
