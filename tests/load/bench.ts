import { writeFileSync } from "node:fs";

import { CommandError, EXIT_CODES, runCommand } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { paintFor } from "#tools/command/paint";
import { createScreen } from "#tools/command/screen";
import { type BenchOptions, benchSpec, readBenchOptions } from "#tests/load/command/bench-options";
import { describeMachine } from "#tests/load/measure/describe-machine";
import { formatResult } from "#tests/load/command/format-report";
import { isMet, type ScenarioResult } from "#tests/load/scenario";
import { Servers } from "#tests/load/servers/servers";

await runCommand(benchSpec, (commandLine) =>
  runBench(readBenchOptions(commandLine, readInvocation(process.env, process.cwd()))),
);

/** Runs the scenarios one after the other; each result is shown as soon as it is there. Answers the exit code. */
async function runBench({ scenarios, seconds, jsonFile, isChecked, bundles }: BenchOptions): Promise<number> {
  const screen = createScreen(process.stdout);
  const paint = paintFor(process.stdout);
  const results: Record<string, ScenarioResult> = {};
  screen.line(describeMachine());
  for (const scenario of scenarios) {
    const servers = new Servers(bundles);
    try {
      screen.progress(`${scenario.name} …`);
      const result = await scenario.run({ servers, seconds, progress: (text) => screen.progress(text) });
      screen.endProgress("");
      screen.line(formatResult(scenario, result, paint));
      results[scenario.name] = result;
    } catch (error) {
      screen.endProgress("");
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandError(`${scenario.name} did not run to its end`, {
        why,
        fix: `run it alone: --only ${scenario.name}`,
      });
    } finally {
      await servers.stop();
    }
  }
  if (jsonFile !== undefined)
    writeFileSync(jsonFile, `${JSON.stringify({ machine: describeMachine(), seconds, results }, null, 2)}\n`);
  const missed = Object.values(results).flatMap(({ targets }) => targets.filter((target) => !isMet(target)));
  return isChecked && missed.length > 0 ? EXIT_CODES.failed : EXIT_CODES.ok;
}
