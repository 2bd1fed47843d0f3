/**
 * Build action: copies files, so that they lie beside outputs of the build.
 *
 *     copy-files.js <from> <to> [<from> <to> …]
 */
import { copyFileSync } from "node:fs";

const files = process.argv.slice(2);
for (let index = 0; index < files.length; index += 2) copyFileSync(files[index] ?? "", files[index + 1] ?? "");
