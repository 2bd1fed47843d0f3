/** An entry of a collection in the SMART format: `.I <id>`, then fields that begin with a line like `.T`. */
export interface SmartEntry {
  readonly id: string;
  /** Text by field letter: `T` title, `W` text, `A` author … */
  readonly fields: ReadonlyMap<string, string>;
}

/** Reads a file in the SMART format, as Cranfield, CISI, CACM and Medline are given out. Pure. */
export function parseSmart(text: string): readonly SmartEntry[] {
  const entries: { id: string; fields: Map<string, string> }[] = [];
  let field = "";
  for (const line of text.split(/\r?\n/)) {
    const [, letter, id] = /^\.([A-Z])(?:\s+(\d+))?\s*$/.exec(line) ?? [];
    const entry = entries.at(-1);
    if (letter === "I" && id !== undefined) entries.push({ id: String(Number(id)), fields: new Map() });
    else if (letter !== undefined) field = letter;
    else if (entry !== undefined) entry.fields.set(field, `${entry.fields.get(field) ?? ""}${line}\n`);
  }
  return entries;
}

/** Relevant documents by query. */
export type Judgements = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads judgements: query, document and perhaps a grade per line, separated by blanks. Every judged pair counts as relevant:
 * the grades of these collections run from "a complete answer" to "of some interest". Pure.
 */
export function parseJudgements(text: string): Judgements {
  const judgements = new Map<string, Set<string>>();
  for (const line of text.split(/\r?\n/)) {
    const [, query, document] = /^\s*(\d+)\s+(\d+)/.exec(line) ?? [];
    if (query === undefined || document === undefined) continue;
    const key = String(Number(query));
    const relevant = judgements.get(key) ?? new Set();
    judgements.set(key, relevant.add(String(Number(document))));
  }
  return judgements;
}
