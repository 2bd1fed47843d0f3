/** Test on a report that a build action wrote, show-report.js <report>: fails with its text unless it is empty. */
import { readFileSync } from "node:fs";

const text = readFileSync(process.argv[2] ?? "", "utf8");
if (text !== "") {
  console.error(text);
  process.exitCode = 1;
}
