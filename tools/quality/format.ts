/** `bazel run //:fix_format [-- <files or folders...>]`: formats the files of the workspace, all of them by default. */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { formatFiles, isFormatted } from "#tools/quality/format-files";

const root = process.env["BUILD_WORKSPACE_DIRECTORY"];
const cwd = process.env["BUILD_WORKING_DIRECTORY"];
if (root === undefined || cwd === undefined) throw new Error("Start this with `bazel run //:fix_format`.");

const skipped = new Set(["node_modules", "golden", "testdata"]);

/** Files below a folder that have a format, relative to the root. */
function listFiles(root: string, start: string): string[] {
  if (!statSync(path.join(root, start)).isDirectory()) return [start];
  return readdirSync(path.join(root, start), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(start, entry.name);
    if (entry.isDirectory()) {
      return skipped.has(entry.name) || entry.name.startsWith(".") ? [] : listFiles(root, file);
    }
    return entry.isFile() && isFormatted(file) ? [file] : [];
  });
}

const starts = process.argv.slice(2).map((start) => path.relative(root, path.resolve(cwd, start)));
const files = (starts.length > 0 ? starts : ["."]).flatMap((start) => listFiles(root, start));
const complaints = await formatFiles(root, files, "write", "node_modules");
console.log(`${String(files.length)} files formatted.`);
if (complaints.length > 0) {
  console.error(complaints.join("\n"));
  process.exitCode = 1;
}
