import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { Mutant } from "#tests/security/mutate/find-mutants";

/** What became of a mutant: a line of the report. */
export interface Record {
  readonly mutant: string;
  /** Of the mutated source: a wall of a source that has changed since is tried again. */
  readonly digest: string;
  /** The first test that failed without the wall; absent: nobody missed it. */
  readonly killer?: string;
}

/** A file of verdicts, a line of JSON each: a run that was interrupted goes on after its last line. */
export interface Report {
  /** What is known of a mutant. */
  find(mutant: Mutant): Record | undefined;
  add(mutant: Mutant, killer: string | undefined): void;
}

export function openReport(file: string): Report {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const known = new Map(lines.map((line) => JSON.parse(line) as Record).map((record) => [keyOf(record), record]));
  mkdirSync(path.dirname(file), { recursive: true });
  return {
    find: (mutant) => known.get(keyOf(toRecord(mutant))),
    add(mutant, killer) {
      const record = toRecord(mutant, killer);
      known.set(keyOf(record), record);
      appendFileSync(file, `${JSON.stringify(record)}\n`);
    },
  };
}

/** A mutant in one line. */
export function describeMutant({ file, line, kind, before }: Mutant): string {
  return `${file}:${line} ${kind}: ${before}`;
}

function toRecord(mutant: Mutant, killer?: string): Record {
  const digest = createHash("sha256").update(mutant.text).digest("hex").slice(0, 16);
  return { mutant: describeMutant(mutant), digest, ...(killer === undefined ? {} : { killer }) };
}

function keyOf({ mutant, digest }: Record): string {
  return `${digest} ${mutant}`;
}
