import { availableParallelism, cpus, loadavg } from "node:os";

import { CommandError, EXIT_CODES, required, runCommand, type CommandSpec } from "#tools/command/command-line";
import { createScreen } from "#tools/command/screen";
import { formatBench } from "#tests/knowledge/bench/format-bench";
import { makeCorpus } from "#tests/knowledge/bench/make-corpus";
import { measureIngest, type IngestRate } from "#tests/knowledge/bench/measure-ingest";
import { measureSearch, type SearchTimes } from "#tests/knowledge/bench/measure-search";
import { withApis } from "#tests/knowledge/call-api";

const DEFAULT_DOCUMENTS = 1_000;
const MAX_DOCUMENTS = 20_000;
const QUERIES = 200;

const options = {
  documents: { type: "string", value: "N", about: `how many documents; default ${DEFAULT_DOCUMENTS}` },
  json: { type: "boolean", about: "print all figures as one JSON object" },
  bundle: { type: "string", about: "the Worker", hidden: true },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tests/knowledge:bench --",
  about:
    "Measures how fast documents are ingested and searched: the production code in workerd on this machine, with simulated models and Vectorize.",
  options,
  examples: ["tools/bazel run //tests/knowledge:bench", "tools/bazel run //tests/knowledge:bench -- --documents 5000"],
};

await runCommand(spec, async ({ values }) => {
  const count = readCount(values.documents);
  const { documents, queries } = makeCorpus(count, QUERIES);
  const screen = createScreen(process.stderr);
  const ingests: IngestRate[] = [];
  const searches: SearchTimes[] = [];
  await withApis(required(values.bundle, "bundle"), async ({ acme, globex }) => {
    const ingest = async (...parameters: Parameters<typeof measureIngest>): Promise<void> => {
      screen.progress(`ingest: ${parameters[1]} …`);
      ingests.push(await measureIngest(...parameters));
    };
    const search = async (...parameters: Parameters<typeof measureSearch>): Promise<void> => {
      screen.progress(`search: ${parameters[1]} …`);
      searches.push(await measureSearch(...parameters));
    };
    await ingest(acme, "new, 25 a call", documents, { perCall: 25, parallel: 1 });
    await ingest(acme, "unchanged, 25 a call", documents, { perCall: 25, parallel: 1 });
    await ingest(globex, "new, as jobs of 100, four at once", documents, { perCall: 100, parallel: 4 });
    await search(acme, "sources only, first time", queries, { mode: "retrieve", topK: 10 });
    await search(acme, "sources only, again", queries, { mode: "retrieve", topK: 10 });
    await search(acme, "answered, first time", queries, { mode: "answer", topK: 5 });
    await search(acme, "answered, again", queries, { mode: "answer", topK: 5 });
  });
  const [load = 0] = loadavg();
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}, node ${process.version}, load ${load.toFixed(1)}`;
  screen.endProgress(machine);
  process.stdout.write(
    `${values.json === true ? JSON.stringify({ machine, ingests, searches }) : formatBench(ingests, searches)}\n`,
  );
  return EXIT_CODES.ok;
});

function readCount(text: string | undefined): number {
  const count = text === undefined ? DEFAULT_DOCUMENTS : Number(text);
  if (Number.isInteger(count) && count > 0 && count <= MAX_DOCUMENTS) return count;
  throw new CommandError(`--documents ${text ?? ""} is no number of documents`, {
    fix: `give a whole number from 1 to ${MAX_DOCUMENTS}`,
    exitCode: EXIT_CODES.usage,
  });
}
