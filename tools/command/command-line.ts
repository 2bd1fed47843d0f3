import { parseArgs, styleText } from "node:util";

/** One option of a command, with the words its `--help` shows. */
export interface OptionSpec {
  readonly type: "string" | "boolean";
  /** What it does, in one line. */
  readonly about: string;
  /** Name of the value in the help: `FILE`, `URL`. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** Set by the macro, so people need not see it. */
  readonly hidden?: boolean;
}

/** What a command is called, takes and does: the source of its parser and of its help. */
export interface CommandSpec<Options extends Record<string, OptionSpec>> {
  readonly name: string;
  readonly about: string;
  readonly options: Options;
  /** What the first positional argument may be, with what it does: `"set NAME VALUE": "…"`. For the help. */
  readonly actions?: Readonly<Record<string, string>>;
  /** Name of the positional arguments, e.g. `FILE…`. Without it none are allowed. */
  readonly positionals?: string;
  readonly examples: readonly string[];
}

type ParsedValues<Options extends Record<string, OptionSpec>> = {
  readonly [Name in keyof Options]?: Options[Name] extends { type: "boolean" }
    ? boolean
    : Options[Name] extends { multiple: true }
      ? readonly string[]
      : string;
};

/** The values of one command line, by the names of its options. */
export interface CommandLine<Options extends Record<string, OptionSpec>> {
  readonly values: ParsedValues<Options>;
  readonly positionals: readonly string[];
}

/** Exit codes that every command shares. */
export const EXIT_CODES = { ok: 0, failed: 1, usage: 2 } as const;

/** A failure to show to a person: what happened, why, and how to mend it. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    what: string,
    readonly hints: { readonly why?: string; readonly fix?: string; readonly exitCode?: number } = {},
  ) {
    super(what);
  }
}

/** Parses a command line. @throws CommandError with exit code 2 when it does not fit the spec. */
export function parseCommandLine<const Options extends Record<string, OptionSpec>>(
  spec: CommandSpec<Options>,
  argv: readonly string[],
): CommandLine<Options> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: spec.options,
      allowPositionals: spec.positionals !== undefined,
      allowNegative: true,
    });
    return { values, positionals };
  } catch (error) {
    // parseArgs throws a TypeError whose message names the argument.
    const what = error instanceof Error ? firstSentence(error.message) : String(error);
    throw new CommandError(what, { fix: `run it with --help: it lists every option`, exitCode: EXIT_CODES.usage });
  }
}

/** The text of `--help`. */
export function formatHelp(spec: CommandSpec<Record<string, OptionSpec>>): string {
  const shown = Object.entries(spec.options).filter(([, option]) => option.hidden !== true);
  const rows: [string, string][] = shown.map(([name, option]) => [
    `--${name}${option.type === "string" ? ` ${option.value ?? "VALUE"}` : ""}`,
    option.about,
  ]);
  rows.push(["--help", "show this text"]);
  const usage = [spec.name, "[options]", ...(spec.positionals === undefined ? [] : [spec.positionals])].join(" ");
  return [
    spec.about,
    "",
    `Usage: ${usage}`,
    "",
    ...(spec.actions === undefined ? [] : ["Commands:", ...formatRows(Object.entries(spec.actions)), ""]),
    "Options:",
    ...formatRows(rows),
    "",
    "Examples:",
    ...spec.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

function formatRows(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** The text of a failure. Anything that is not a `CommandError` is a defect: its stack is shown. */
export function formatFailure(error: unknown): string {
  if (!(error instanceof CommandError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { why, fix } = error.hints;
  const red = styleText("red", "error:", { stream: process.stderr });
  return [
    `${red} ${error.message}`,
    ...(why === undefined ? [] : [`  why: ${why}`]),
    ...(fix === undefined ? [] : [`  fix: ${fix}`]),
  ].join("\n");
}

/**
 * Runs a command: answers `--help`, parses, calls `main` and sets the exit code that it returns.
 * The process is left to end by itself, so that pending output is written.
 */
export async function runCommand<const Options extends Record<string, OptionSpec>>(
  spec: CommandSpec<Options>,
  main: (commandLine: CommandLine<Options>) => Promise<number> | number,
  argv: readonly string[] = process.argv.slice(2),
): Promise<void> {
  endQuietlyWhenNobodyReads();
  process.exitCode = await exitCodeOf(spec, main, argv);
}

/** The same in a process that goes on: one of the build's that stays for the next action. Returns the exit code. */
export async function exitCodeOf<const Options extends Record<string, OptionSpec>>(
  spec: CommandSpec<Options>,
  main: (commandLine: CommandLine<Options>) => Promise<number> | number,
  argv: readonly string[],
): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(formatHelp(spec));
    return EXIT_CODES.ok;
  }
  try {
    return await main(parseCommandLine(spec, argv));
  } catch (error) {
    process.stderr.write(`${formatFailure(error)}\n`);
    return error instanceof CommandError ? (error.hints.exitCode ?? EXIT_CODES.failed) : EXIT_CODES.failed;
  }
}

/** `… | head` closes the pipe before all is written: that is no failure. */
function endQuietlyWhenNobodyReads(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
}

/** The value of an option that must be there. */
export function required(value: string | undefined, option: string): string {
  if (value !== undefined && value !== "") return value;
  throw new CommandError(`--${option} is missing`, {
    fix: `give --${option}; --help shows an example`,
    exitCode: EXIT_CODES.usage,
  });
}

function firstSentence(text: string): string {
  return text.split(/\. /, 1)[0] ?? text;
}
