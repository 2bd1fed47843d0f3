import type { Mutant } from "#tests/security/mutate/find-mutants";

/** A wall that stands behind another one: whoever takes it away changes nothing that anybody could see. */
export interface EquivalentMutant {
  readonly file: string;
  readonly kind: string;
  /** The line of the source, without its indent. */
  readonly line: string;
  /** Which of the walls of this kind in the line; from 1. */
  readonly nth: number;
  /** Why nothing can miss it. */
  readonly reason: string;
}

export const EQUIVALENT_MUTANTS: readonly EquivalentMutant[] = [];

/**
 * Takes those mutants out that are known to change nothing.
 *
 * @throws Error when an entry is of none of the mutants: the source has changed, and its reason with it
 */
export function withoutEquivalents(
  mutants: readonly Mutant[],
  equivalents: readonly EquivalentMutant[] = EQUIVALENT_MUTANTS,
): readonly Mutant[] {
  const left = new Set(equivalents);
  const kept = mutants.filter((mutant) => {
    const entry = [...left].find((one) => isOf(one, mutant, mutants));
    if (entry !== undefined) left.delete(entry);
    return entry === undefined;
  });
  const [stale] = left;
  if (stale !== undefined)
    throw new Error(`equivalent-mutants.ts: no mutant is ${JSON.stringify(stale)}: look at it again`);
  return kept;
}

function isOf(entry: EquivalentMutant, mutant: Mutant, all: readonly Mutant[]): boolean {
  if (entry.file !== mutant.file || entry.kind !== mutant.kind || entry.line !== mutant.source) return false;
  const sameLine = all.filter(
    ({ file, kind, line }) => file === mutant.file && kind === mutant.kind && line === mutant.line,
  );
  return sameLine.indexOf(mutant) + 1 === entry.nth;
}
