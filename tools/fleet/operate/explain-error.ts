import { CommandError } from "#tools/command/command-line";

/** An error in a line of a report: what and why, and what to do. */
export function explainError(error: unknown): { readonly why: string; readonly fix?: string } {
  if (!(error instanceof CommandError)) return { why: error instanceof Error ? error.message : String(error) };
  const { why, fix } = error.hints;
  return { why: why === undefined ? error.message : `${error.message}: ${why}`, ...(fix === undefined ? {} : { fix }) };
}
