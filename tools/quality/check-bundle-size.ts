/**
 * Test of one Worker bundle: check-bundle-size.js <label> <bundle> <metafile of esbuild> <budget, gzip bytes>
 *
 * Prints the sizes always, and what takes the most room when the budget is exceeded.
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Metafile, largestInputs } from "#tools/quality/largest-inputs";

const [label = "", bundle = "", metafile = "", budget = ""] = process.argv.slice(2);
const maxGzipBytes = Number(budget);
const code = readFileSync(bundle);
const gzipBytes = gzipSync(code).length;

console.log(`${label}: ${String(code.length)} bytes, ${String(gzipBytes)} gzip, budget ${budget} gzip`);
if (gzipBytes > maxGzipBytes) {
  console.error(
    `ERROR: ${label} is ${String(gzipBytes - maxGzipBytes)} bytes over its budget. The largest parts, minified:`,
  );
  for (const { source, bytes } of largestInputs(JSON.parse(readFileSync(metafile, "utf8")) as Metafile, 15)) {
    console.error(`${String(bytes).padStart(9)}  ${source}`);
  }
  console.error(`Import less, or raise max_gzip_bytes in the BUILD file and say why in the commit.`);
  process.exitCode = 1;
}
