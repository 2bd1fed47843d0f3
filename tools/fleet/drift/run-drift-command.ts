import {
  EXIT_CODES,
  runCommand,
  type CommandLine,
  type CommandSpec,
  type OptionSpec,
} from "#tools/command/command-line";

/** Only drift ends with this code: a script tells it from every failure, a wrong option included. */
const DRIFT_EXIT_CODE = 2;

/** Runs a command that looks for drift. Exit code 0: the same, 2: drift, 1: anything else. */
export async function runDriftCommand<const Options extends Record<string, OptionSpec>>(
  spec: CommandSpec<Options>,
  main: (commandLine: CommandLine<Options>) => Promise<"same" | "drift" | "failed">,
): Promise<void> {
  let found: "same" | "drift" | "failed" = "failed";
  await runCommand(spec, async (commandLine) => {
    found = await main(commandLine);
    return found === "same" ? EXIT_CODES.ok : EXIT_CODES.failed;
  });
  if (process.exitCode === undefined || process.exitCode === EXIT_CODES.ok) return;
  process.exitCode = (found as string) === "drift" ? DRIFT_EXIT_CODE : EXIT_CODES.failed;
}
