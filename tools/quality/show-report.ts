/**
 * Test on a report that a build action wrote, show-report.js <report>: fails with its text unless it is empty.
 *
 * Its result as JUnit goes to $XML_OUTPUT_FILE: Bazel would start one more program for it, and there are hundreds of these tests.
 */
import { readFileSync, writeFileSync } from "node:fs";

const report = process.argv[2] ?? "";
const text = readFileSync(report, "utf8");
const xmlFile = process.env["XML_OUTPUT_FILE"];
if (xmlFile !== undefined) writeFileSync(xmlFile, describeResult());
if (text !== "") {
  console.error(text);
  process.exitCode = 1;
}

function describeResult(): string {
  const failure = text === "" ? "" : `<failure message="see the log">${escapeXml(text)}</failure>`;
  return `<testsuites><testsuite name="${report}"><testcase name="${report}">${failure}</testcase></testsuite></testsuites>\n`;
}

/** Control characters, which no XML can hold, become spaces. */
function escapeXml(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[^\t\n\x20-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, " ");
}
