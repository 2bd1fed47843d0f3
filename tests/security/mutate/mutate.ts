import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { withoutEquivalents } from "#tests/security/mutate/equivalent-mutants";
import { findMutants, isMutable, type Mutant } from "#tests/security/mutate/find-mutants";
import { type Laboratory, openLaboratory } from "#tests/security/mutate/laboratory";
import { type Suite, suitesOf } from "#tests/security/mutate/suites";
import { describeMutant, openReport, type Report } from "#tests/security/mutate/verdicts";
import { CommandError, type CommandSpec, EXIT_CODES, runCommand } from "#tools/command/command-line";
import { createScreen, type Screen } from "#tools/command/screen";

const options = {
  file: { type: "string", value: "REGEXP", about: "walls of sources whose path matches" },
  kind: { type: "string", value: "REGEXP", about: "walls of a kind that matches" },
  shard: { type: "string", value: "I/N", about: "every Nth of them, from the Ith" },
  report: {
    type: "string",
    value: "FILE",
    about: "verdicts, a line each: those in it are not asked for again (.data/mutants.jsonl)",
  },
  fresh: { type: "boolean", about: "believes no verdict of the report" },
  list: { type: "boolean", about: "shows the mutants and runs nothing" },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tests/security:mutate --",
  about:
    "Takes one wall at a time out of a copy of the platform: a tenant in a statement, a scoped key, a scope, an owner. Shows that a test of its package or of tests/security fails for each, and reports those that nobody misses. Stopped and started again, it goes on.",
  options,
  examples: [
    "tools/bazel run //tests/security:mutate",
    "tools/bazel run //tests/security:mutate -- --file platform/chat",
    "tools/bazel run //tests/security:mutate -- --shard 1/4 --report shard-1.jsonl",
  ],
};

await runCommand(spec, async ({ values }) => {
  const workspace = process.env["BUILD_WORKSPACE_DIRECTORY"];
  if (workspace === undefined)
    throw new CommandError("The checkout is not known.", { fix: "Start this with `bazel run`." });
  const screen = createScreen(process.stderr);
  screen.progress("compiling …");
  const laboratory = await openLaboratory(workspace, process.cwd());
  try {
    const all = [...laboratory.sources]
      .filter(([file]) => isMutable(file))
      .flatMap(([file, source]) => findMutants(file, source));
    const chosen = choose(withoutEquivalents(all), values);
    if (values.list === true) {
      for (const mutant of chosen) process.stdout.write(`${describeMutant(mutant)}\n`);
      return EXIT_CODES.ok;
    }
    const report = openReport(path.resolve(workspace, values.report ?? ".data/mutants.jsonl"));
    const survivors = await tryAll(laboratory, chosen, report, { fresh: values.fresh === true, screen });
    screen.endProgress(`${chosen.length - survivors.length} of ${chosen.length} walls are missed when they are gone`);
    for (const mutant of survivors) process.stdout.write(`survivor: ${describeMutant(mutant)}\n`);
    return survivors.length === 0 ? EXIT_CODES.ok : EXIT_CODES.failed;
  } finally {
    // What was stopped still lets go of its files.
    await sleep(500);
    laboratory.remove();
  }
});

function choose(
  mutants: readonly Mutant[],
  { file = "", kind = "", shard = "1/1" }: { readonly file?: string; readonly kind?: string; readonly shard?: string },
): readonly Mutant[] {
  const [, index = "", count = ""] = /^(\d+)\/(\d+)$/.exec(shard) ?? [];
  if (Number(index) < 1 || Number(index) > Number(count))
    throw new CommandError(`--shard ${shard} is no part of a whole.`, {
      fix: "Write it as 1/4.",
      exitCode: EXIT_CODES.usage,
    });
  const files = new RegExp(file);
  const kinds = new RegExp(kind);
  return mutants
    .filter((mutant) => files.test(mutant.file) && kinds.test(mutant.kind))
    .filter((_, at) => at % Number(count) === Number(index) - 1);
}

/** Tries each mutant that the report does not know; returns those that nobody misses. */
async function tryAll(
  laboratory: Laboratory,
  mutants: readonly Mutant[],
  report: Report,
  { fresh, screen }: { readonly fresh: boolean; readonly screen: Screen },
): Promise<readonly Mutant[]> {
  const sound = new Set<string>();
  const survivors: Mutant[] = [];
  for (const [at, mutant] of mutants.entries()) {
    // A survivor is tried again: the test that misses it may be new.
    if (fresh || report.find(mutant)?.killer === undefined) {
      screen.progress(`${at + 1} of ${mutants.length}: ${describeMutant(mutant)}`);
      const killer = await findKiller(laboratory, mutant, sound);
      report.add(mutant, killer);
      process.stdout.write(
        `${killer === undefined ? "SURVIVED" : "missed  "}  ${describeMutant(mutant)}${killer === undefined ? "" : `  by ${killer}`}\n`,
      );
    }
    if (report.find(mutant)?.killer === undefined) survivors.push(mutant);
  }
  return survivors;
}

/** The first test that fails without the wall, of those that have its source in them. */
async function findKiller(laboratory: Laboratory, mutant: Mutant, sound: Set<string>): Promise<string | undefined> {
  for (const suite of suitesOf(mutant.file, laboratory.sources)) {
    if (!(await laboratory.sees(suite, mutant.file))) continue;
    await demandSound(laboratory, suite, sound);
    const { outcome, failed = outcome } = await laboratory.run(suite, mutant);
    if (outcome !== "passed") return `${path.basename(suite.test)}: ${failed}`;
  }
  return undefined;
}

/** A test that fails by itself would miss every wall. */
async function demandSound(laboratory: Laboratory, suite: Suite, sound: Set<string>): Promise<void> {
  const key = `${suite.test} ${suite.names ?? ""}`;
  if (sound.has(key)) return;
  const { outcome, failed = outcome } = await laboratory.run(suite);
  if (outcome !== "passed")
    throw new CommandError(`${suite.test} fails with all walls in place: ${failed}`, { fix: "Mend it first." });
  sound.add(key);
}
