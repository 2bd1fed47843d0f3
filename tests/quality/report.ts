import { startRag } from "#rag/testing/start-rag";
import { EXIT_CODES, required, runCommand, type CommandSpec } from "#tools/command/command-line";
import { createScreen } from "#tools/command/screen";
import { CHUNKINGS, PRODUCT_SIZE } from "#tests/quality/configurations";
import { formatQuality } from "#tests/quality/format-quality";
import { measureCitations, measureRetrieval } from "#tests/quality/measure-quality";
import { readCorpus } from "#tests/quality/read-corpus";

const options = {
  bundle: { type: "string", about: "the Worker", hidden: true },
  corpus: { type: "string", about: "the folder of corpus and queries", hidden: true },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tests/quality:report --",
  about: "Prints how well the corpus of this folder is searched and answered, per ranking and size of chunks.",
  options,
  examples: ["tools/bazel run //tests/quality:report"],
};

await runCommand(spec, async ({ values }) => {
  process.env["WORKER_BUNDLE"] = required(values.bundle, "bundle");
  const corpus = readCorpus(required(values.corpus, "corpus"));
  const screen = createScreen(process.stderr);
  const rag = await startRag();
  try {
    screen.progress("searching …");
    const rows = await measureRetrieval(rag, corpus, CHUNKINGS);
    screen.progress("answering …");
    const citations = await measureCitations(rag, corpus, PRODUCT_SIZE);
    screen.endProgress(`${corpus.documents.length} documents, ${corpus.queries.length} judged queries`);
    process.stdout.write(`${formatQuality(rows, citations)}\n`);
  } finally {
    await rag.dispose();
  }
  return EXIT_CODES.ok;
});
