import { setTimeout as sleep } from "node:timers/promises";

import { findMutants, isMutable, type Mutant } from "#tests/security/mutate/find-mutants";
import { type Laboratory, openLaboratory, type Suite } from "#tests/security/mutate/laboratory";
import { CommandError, type CommandSpec, EXIT_CODES, runCommand } from "#tools/command/command-line";
import { createScreen } from "#tools/command/screen";

const MATRIX: Suite = { test: "tests/security/isolation-matrix.test.ts", bundle: "pool" };
const WALLS: Suite = { test: "tests/security/storage-walls.test.ts", bundle: "storage" };
const PEERS: Suite = { test: "tests/security/peer-failures.test.ts", bundle: "pool" };
const ALL: readonly Suite[] = [WALLS, PEERS, MATRIX];

const options = {
  only: { type: "string", value: "REGEXP", about: "mutants whose file or kind matches" },
  limit: { type: "string", value: "N", about: "at most so many mutants" },
  list: { type: "boolean", about: "shows the mutants and runs nothing" },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tests/security:mutate --",
  about:
    "Takes one wall at a time out of a copy of the platform: a tenant in a statement, a scoped key, a scope, an owner. Shows that a cell of the matrix fails for each, and reports those that nobody misses.",
  options,
  examples: [
    "tools/bazel run //tests/security:mutate",
    "tools/bazel run //tests/security:mutate -- --only platform/chat",
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
    const wanted = new RegExp(values.only ?? "");
    const mutants = [...laboratory.sources]
      .filter(([file]) => isMutable(file))
      .flatMap(([file, source]) => findMutants(file, source))
      .filter(({ file, kind }) => wanted.test(file) || wanted.test(kind))
      .slice(0, Number(values.limit ?? Infinity));
    if (values.list === true) {
      for (const mutant of mutants) process.stdout.write(`${describe(mutant)}\n`);
      return EXIT_CODES.ok;
    }
    await demandSound(laboratory);
    const survivors: Mutant[] = [];
    for (const [at, mutant] of mutants.entries()) {
      screen.progress(`${at + 1} of ${mutants.length}: ${describe(mutant)}`);
      const killer = await findKiller(laboratory, mutant);
      if (killer === undefined) survivors.push(mutant);
      process.stdout.write(`${killer === undefined ? "SURVIVED" : "missed  "}  ${describe(mutant)}${killer ?? ""}\n`);
    }
    screen.endProgress(`${mutants.length - survivors.length} of ${mutants.length} walls are missed when they are gone`);
    for (const mutant of survivors) process.stdout.write(`survivor: ${describe(mutant)}\n`);
    return survivors.length === 0 ? EXIT_CODES.ok : EXIT_CODES.failed;
  } finally {
    // What was stopped still lets go of its files.
    await sleep(500);
    laboratory.remove();
  }
});

/** Tests that fail by themselves would miss every wall. */
async function demandSound(laboratory: Laboratory): Promise<void> {
  for (const suite of ALL) {
    const { outcome, failed = "" } = await laboratory.run(suite);
    if (outcome !== "passed")
      throw new CommandError(`${suite.test} fails with all walls in place: ${failed}`, { fix: "Mend it first." });
  }
}

/** The first test that fails without the wall. */
async function findKiller(laboratory: Laboratory, mutant: Mutant): Promise<string | undefined> {
  const suites = mutant.file.startsWith("platform/storage/") ? ALL : [PEERS, MATRIX, WALLS];
  for (const suite of suites) {
    const { outcome, failed = outcome } = await laboratory.run(suite, mutant);
    if (outcome !== "passed") return `  by ${failed}`;
  }
  return undefined;
}

function describe({ file, line, kind, before }: Mutant): string {
  return `${file}:${line} ${kind}: ${before}`;
}
