import { CommandError, EXIT_CODES } from "#tools/command/command-line";

/** A request that cannot be fulfilled: one sentence that says why and what to do; exit code 2. */
export function refuse(sentence: string): never {
  throw new CommandError(sentence, { exitCode: EXIT_CODES.usage });
}
