import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { EXIT_CODES, runCommand } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { paintFor } from "#tools/command/paint";
import { createScreen, type Screen } from "#tools/command/screen";
import { describeMachine } from "#tests/load/measure/describe-machine";
import { formatResult, formatTarget } from "#tests/load/command/format-report";
import { readRunOptions, type RunOptions, runSpec } from "#tests/load/command/run-options";
import { withSubject } from "#tests/load/profiles/with-subject";
import { htmlReport } from "#tests/load/report/html-report";
import { type LoadReport, missedTargets } from "#tests/load/report/load-report";

await runCommand(runSpec, (commandLine) =>
  runLoad(readRunOptions(commandLine, readInvocation(process.env, process.cwd()), process.env)),
);

/** Runs a profile, shows its figures and writes its reports. Answers the exit code. */
async function runLoad(options: RunOptions): Promise<number> {
  const screen = createScreen(process.stdout);
  const paint = paintFor(process.stdout);
  const report = await measure(options, screen);
  for (const result of report.results) if (result.rows.length > 0) screen.line(formatResult(result, result, paint));
  const files = writeReports(report, options.outFolder);
  screen.line(`reports: ${files.join(", ")}`);
  const missed = missedTargets(report);
  for (const target of missed) process.stderr.write(`${formatTarget(target, paintFor(process.stderr))}\n`);
  return missed.length > 0 ? EXIT_CODES.failed : EXIT_CODES.ok;
}

async function measure({ profile, ...options }: RunOptions, screen: Screen): Promise<LoadReport> {
  const { name, about } = profile;
  const { requests, seconds } = profile.size(options);
  const target = options.remote?.url ?? "the production bundle in workerd, simulated models, on this machine";
  const machine = describeMachine();
  screen.line(`${name}: ${about}`);
  screen.line(`about ${requests} requests in ${Math.round(seconds)} s to ${target}`);
  const startedAt = new Date().toISOString();
  const outcome = await withSubject(options, (subject) =>
    profile.run({ ...options, subject, progress: (text) => screen.progress(text) }),
  );
  screen.endProgress("");
  return { profile: name, about, target, startedAt, machine, seed: options.seed, ...outcome };
}

function writeReports(report: LoadReport, folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const contents = { json: `${JSON.stringify(report, null, 1)}\n`, html: htmlReport(report) };
  return Object.entries(contents).map(([ending, text]) => {
    const file = path.join(folder, `${report.profile}.${ending}`);
    writeFileSync(file, text);
    return file;
  });
}
