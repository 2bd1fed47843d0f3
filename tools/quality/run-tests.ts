/**
 * Runs compiled tests with node's own test runner, in one process.
 *
 *     run-tests.js [--setup <module>] <test files...>
 *
 * Paths are relative to the working directory; the module of `--setup` is loaded before the tests.
 *
 * Bazel's contract: `--test_filter` is a pattern of test names, the results go to $XML_OUTPUT_FILE as JUnit. On top
 * of failed tests it fails for what looks green and proves nothing; see `findHollowResults`.
 */
import { spawnSync } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";
import path from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { junit, spec } from "node:test/reporters";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { type TestResult, findHollowResults, findOnly } from "#tools/quality/find-hollow-results";

const { values, positionals } = parseArgs({ options: { setup: { type: "string" } }, allowPositionals: true });
const files = positionals.map((file) => path.resolve(file));
const filter = process.env["TESTBRIDGE_TEST_ONLY"];
const reportFile = process.env["XML_OUTPUT_FILE"];

// In one process node obeys the flag only, not the option of run().
const filterFlag = `--test-name-pattern=${filter ?? ""}`;
if (filter !== undefined && !process.execArgv.includes(filterFlag)) {
  const { status } = spawnSync(process.execPath, [...process.execArgv, filterFlag, ...process.argv.slice(1)], {
    stdio: "inherit",
  });
  process.exit(status ?? 1);
}

if (values.setup !== undefined) await import(pathToFileURL(path.resolve(values.setup)).href);

const results: TestResult[] = [];
const failures: string[] = [];

const events = run({ files, isolation: "none" });
events.on("test:pass", record);
events.on("test:fail", (event) => {
  record(event);
  failures.push(event.name);
});

events.compose(spec).pipe(process.stdout);
if (reportFile !== undefined) await finished(events.compose(junit).pipe(createWriteStream(reportFile)));
else await finished(events);

const sources = files.map((file) => ({ path: path.relative("", file), text: readFileSync(file, "utf8") }));
const complaints = [...findHollowResults(results, filter), ...findOnly(sources)];
for (const complaint of complaints) console.error(`ERROR: ${complaint}`);
// A server that a test left open must not keep the process alive until Bazel's timeout.
process.exit(failures.length + complaints.length > 0 ? 1 : 0);

function record(event: {
  name: string;
  skip?: string | boolean;
  todo?: string | boolean;
  details: { type?: string };
}): void {
  if (event.details.type === "suite") return;
  // Node's stand-in for a file without tests bears the name of the file.
  if (files.includes(event.name)) return;
  results.push({ name: event.name, skip: event.skip, todo: event.todo });
}
