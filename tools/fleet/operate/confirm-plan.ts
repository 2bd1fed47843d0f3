import { createInterface } from "node:readline/promises";

import { CommandError } from "#tools/command/command-line";
import type { Paint } from "#tools/command/paint";

/** A line of a plan: what is made, taken away, changed, left as it is, or needs a look. */
export interface SignedLine {
  readonly sign: "+" | "-" | "~" | "=" | "!";
  readonly text: string;
}

const COLOURS = { "+": "green", "-": "red", "~": "yellow", "=": "dim", "!": "red" } as const;

/** The lines of a plan as text. Pure. */
export function formatLines(lines: readonly SignedLine[], paint: Paint): string {
  return lines.map(({ sign, text }) => `  ${paint(COLOURS[sign], sign)} ${text}\n`).join("");
}

/** What a person said about acting. */
export interface ActValues {
  readonly yes?: boolean;
  readonly "dry-run"?: boolean;
}

/**
 * Whether to do what a plan says: `--yes` does it, `--dry-run` never, and a terminal is asked.
 * @throws CommandError where nobody can be asked
 */
export async function mayAct(values: ActValues, question: string): Promise<boolean> {
  if (values["dry-run"] === true) return false;
  if (values.yes === true) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CommandError("nothing was done", {
      why: "this is the plan only, and there is no terminal to ask",
      fix: "run the command again with --yes",
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
