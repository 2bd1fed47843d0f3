import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import * as z from "#base/zod";

/** The corpus of our own: documents in Markdown, and questions with the documents that answer them. */
export interface QualityCorpus {
  readonly documents: readonly { readonly docId: string; readonly title: string; readonly text: string }[];
  readonly queries: readonly JudgedQuery[];
}

const queriesSchema = z.array(
  z.strictObject({
    /** What makes it hard. */
    kind: z.string(),
    query: z.string(),
    relevant: z.array(z.string()).check(z.minLength(1)),
  }),
);

export type JudgedQuery = z.output<typeof queriesSchema>[number];

/** Reads `corpus/*.md` and `queries.json` of a folder. */
export function readCorpus(folder: string): QualityCorpus {
  const files = readdirSync(path.join(folder, "corpus")).filter((name) => name.endsWith(".md"));
  const documents = files.sort().map((name) => {
    const text = readFileSync(path.join(folder, "corpus", name), "utf8");
    return { docId: path.basename(name, ".md"), title: /^# (.+)$/m.exec(text)?.[1] ?? "", text };
  });
  const queries = queriesSchema.parse(JSON.parse(readFileSync(path.join(folder, "queries.json"), "utf8")));
  return { documents, queries };
}
