import type { OptionSpec } from "#tools/command/command-line";
import type { Plan } from "../plan/plan.js";
import type { Tree } from "../plan/tree.js";

/** One thing that can be made. */
export interface Kind {
  readonly name: string;
  /** What is made, in one line. */
  readonly about: string;
  /** What follows the kind on the command line, in order; all are needed. */
  readonly arguments: readonly KindArgument[];
  readonly options: Readonly<Record<string, KindOption>>;
  readonly examples: readonly string[];
  /** The folder it is made in, where that is not the checkout. @throws CommandError with exit code 2 */
  destination?(given: Given, places: Places): string;
  /**
   * What is to be made. Reads, changes nothing.
   * @param tree the checkout, or what is in the destination
   * @param platform the checkout; default: `tree`
   * @throws CommandError with exit code 2 and one sentence for what cannot be made
   */
  plan(given: Given, tree: Tree, platform?: Tree): Plan;
}

/** Folders, as absolute paths. */
export interface Places {
  /** Root of the checkout. */
  readonly root: string;
  /** Where a person's relative paths start. */
  readonly userDir: string;
}

export interface KindArgument {
  /** As the help shows it, in capitals. */
  readonly name: string;
  /** What a person is asked on a terminal. */
  readonly question: string;
  /** What may be given, if that is not open. */
  readonly choices?: readonly string[];
}

export interface KindOption extends OptionSpec {
  /** What a person is asked on a terminal, when the option is not given. Without it nobody is asked. */
  readonly question?: string;
  /** The answer that is offered. */
  readonly suggest?: (given: Given, tree: Tree) => string | undefined;
}

/** What a person gave: by flags, or asked. */
export interface Given {
  /** By the name of the argument. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

/** The text of an argument; every kind's arguments are there when it plans. */
export function argument(given: Given, name: string): string {
  return given.arguments[name] ?? "";
}

/** The text of an option; an empty one counts as not given. */
export function textOption(given: Given, name: string): string | undefined {
  const value = given.options[name];
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

export function listOption(given: Given, name: string): readonly string[] {
  const value = given.options[name];
  // A person who is asked gives several with commas between them.
  if (typeof value === "string")
    return value
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

export function flagOption(given: Given, name: string): boolean {
  return given.options[name] === true;
}
