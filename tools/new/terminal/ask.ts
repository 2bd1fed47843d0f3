import type { Given, Kind } from "../kinds/kind.js";
import { refuse } from "../kinds/refuse.js";
import type { Tree } from "../plan/tree.js";

/** A person at a terminal. */
export interface Person {
  /** Asks a question; an empty answer takes what is suggested, if anything is. */
  ask(question: string, suggestion: string | undefined): Promise<string>;
}

/**
 * Completes what was given: a person is asked for the rest, one thing after the other. With nobody to ask, an argument that is
 * missing is refused, and options keep their defaults.
 *
 * @throws CommandError with exit code 2
 */
export async function complete(kind: Kind, given: Given, tree: Tree, person: Person | undefined): Promise<Given> {
  let result = given;
  for (const { name, question, choices } of kind.arguments) {
    if (result.arguments[name] !== undefined) continue;
    if (person === undefined) return refuse(`${name} is missing: say //tools:new -- ${usageOf(kind)}`);
    const answer = await person.ask(
      choices === undefined ? question : `${question} (${choices.join(", ")})`,
      undefined,
    );
    result = { ...result, arguments: { ...result.arguments, [name]: answer } };
  }
  if (person === undefined) return result;
  for (const [name, { question, suggest }] of Object.entries(kind.options)) {
    if (question === undefined || result.options[name] !== undefined) continue;
    const answer = await person.ask(question, suggest?.(result, tree));
    result = { ...result, options: { ...result.options, [name]: answer } };
  }
  return result;
}

/** The kind with its arguments, as it is typed. */
export function usageOf({ name, arguments: list }: Kind): string {
  return [name, ...list.map((argument) => argument.name)].join(" ");
}
