/** Marks a branch that the types rule out: a new member of a union without its case fails to compile. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value: ${JSON.stringify(value)}`);
}
