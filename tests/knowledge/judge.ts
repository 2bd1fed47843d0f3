import { readFileSync } from "node:fs";

import { CommandError, EXIT_CODES, required, runCommand, type CommandSpec } from "#tools/command/command-line";
import { readInvocation, userPath } from "#tools/command/invocation";
import { createScreen } from "#tools/command/screen";
import { withApis } from "#tests/knowledge/call-api";
import { judgeCollection, type Collection } from "#tests/knowledge/judge/judge-collection";
import { markdownTable } from "#tests/knowledge/judge/markdown-table";
import { parseJudgements, parseSmart, type SmartEntry } from "#tests/knowledge/judge/parse-smart";

const options = {
  documents: { type: "string", value: "FILE", about: "documents in the SMART format (.I .T .W)" },
  queries: { type: "string", value: "FILE", about: "queries in the same format" },
  judgements: { type: "string", value: "FILE", about: "query and relevant document per line" },
  sequential: { type: "boolean", about: "judgements count the queries from 1, whatever their .I says (Cranfield)" },
  joined: { type: "boolean", about: "send the title as the first line of the text instead of as the title" },
  bundle: { type: "string", about: "the Worker", hidden: true },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tests/knowledge:judge --",
  about:
    "Judges retrieval on a classic test collection: feeds it through /ingest and /search and prints nDCG@10 and recall@10. The collections are not part of this repository.",
  options,
  examples: [
    "tools/bazel run //tests/knowledge:judge -- --documents cran.all.1400 --queries cran.qry --judgements cranqrel --sequential",
    "tools/bazel run //tests/knowledge:judge -- --documents CISI.ALL --queries CISI.QRY --judgements CISI.REL",
  ],
};

await runCommand(spec, async ({ values }) => {
  const invocation = readInvocation(process.env, process.cwd());
  const read = (option: "documents" | "queries" | "judgements"): string =>
    readText(userPath(invocation, required(values[option], option)));
  const collection: Collection = {
    documents: parseSmart(read("documents")).flatMap((entry) => toDocument(entry, values.joined === true)),
    queries: parseSmart(read("queries")).map((entry, index) => ({
      id: values.sequential === true ? String(index + 1) : entry.id,
      text: textOf(entry, "T", "W"),
    })),
    judgements: parseJudgements(read("judgements")),
  };
  const screen = createScreen(process.stderr);
  const { queries, qualities } = await withApis(required(values.bundle, "bundle"), ({ acme }) =>
    judgeCollection(acme, collection, (text) => screen.progress(text)),
  );
  screen.endProgress(`${collection.documents.length} documents, ${queries} judged queries`);
  const rows = qualities.map(({ ranking, ndcg, recall }) => [ranking, ndcg.toFixed(4), recall.toFixed(4)]);
  process.stdout.write(`${markdownTable(["ranking", "nDCG@10", "recall@10"], rows)}\n`);
  return EXIT_CODES.ok;
});

/** None for an entry without text: a collection may hold such. */
function toDocument(entry: SmartEntry, isJoined: boolean): Collection["documents"] {
  const title = textOf(entry, "T").replace(/\s+/g, " ").slice(0, 500).trim();
  const text = isJoined ? textOf(entry, "T", "W") : textOf(entry, "W") || title;
  if (text === "") return [];
  return [{ docId: entry.id, text, ...(isJoined || title === "" ? {} : { title }) }];
}

function textOf({ fields }: SmartEntry, ...letters: readonly string[]): string {
  return letters
    .map((letter) => (fields.get(letter) ?? "").trim())
    .filter((text) => text !== "")
    .join("\n");
}

/** These files are older than UTF-8. */
function readText(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    throw new CommandError(`cannot read ${file}`, {
      why: error instanceof Error ? error.message : String(error),
      fix: "check the path: it is taken from the folder you are in",
    });
  }
}
