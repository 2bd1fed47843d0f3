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

export const EQUIVALENT_MUTANTS: readonly EquivalentMutant[] = [
  {
    file: "platform/storage/d1-search-text.ts",
    kind: "statement without its tenant",
    line: 'WHERE ${["c.tenant_id = ?1", ...conditions].join(" AND ")}',
    nth: 1,
    reason:
      "MATCH asks for the tenant's own word, which stands in the index with each chunk, and rows of others are dropped when they are read: both are tested.",
  },
  {
    file: "platform/storage/vector-id.ts",
    kind: "tag of everybody",
    line: "const digest = await sha256Hex(JSON.stringify([tenantId, docId, version, index, embeddingHash]));",
    nth: 1,
    reason: "The id begins with the tenant's tag, so that two tenants never share one, whatever the digest behind it.",
  },
];

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
