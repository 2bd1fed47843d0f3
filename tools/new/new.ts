import { CommandError, EXIT_CODES, formatFailure } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { paintFor } from "#tools/command/paint";
import { runNew } from "./run-new.js";
import { personAtTerminal } from "./terminal/person.js";

const { workspaceDir, userDir } = readInvocation(process.env, process.cwd());

try {
  if (workspaceDir === undefined) {
    throw new CommandError("start this with tools/bazel run //tools:new", { exitCode: EXIT_CODES.usage });
  }
  process.exitCode = await runNew(process.argv.slice(2), {
    root: workspaceDir,
    userDir,
    person: personAtTerminal(),
    paint: paintFor(process.stdout),
    say: (text) => void process.stdout.write(`${text}\n`),
  });
} catch (error) {
  process.stderr.write(`${formatFailure(error)}\n`);
  process.exitCode = error instanceof CommandError ? (error.hints.exitCode ?? EXIT_CODES.failed) : EXIT_CODES.failed;
}
