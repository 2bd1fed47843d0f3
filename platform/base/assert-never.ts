import { defect } from "#base/errors";

/** Marks a branch that the types rule out: a new member of a union without its case fails to compile. */
export function assertNever(value: never): never {
  throw defect(`unexpected value: ${JSON.stringify(value)}`);
}
