import { seededRandom } from "#simulators/cloudflare-api/faults/seeded-random";

/** A document as `POST /ingest` takes it. */
export interface BenchDocument {
  readonly docId: string;
  readonly title: string;
  readonly text: string;
}

/** Documents and questions about them. */
export interface Corpus {
  readonly documents: readonly BenchDocument[];
  readonly queries: readonly string[];
}

const SYLLABLES =
  "ba be bo da de di fa fo ga go ka ke ko la le li lo ma me mi na ne no pa pe ra re ro sa se so ta te to va ve za".split(
    " ",
  );
const VOCABULARY_SIZE = 8_000;
const SECTIONS = 3;
const WORDS_PER_SECTION = 180;
const WORDS_PER_QUERY = 4;

/**
 * Makes Markdown documents of invented words that are as unevenly frequent as those of a language (Zipf), and questions of
 * words that stand in one of them. The same numbers give the same corpus. Pure.
 */
export function makeCorpus(documentCount: number, queryCount: number): Corpus {
  const random = seededRandom(42);
  const words = Array.from({ length: VOCABULARY_SIZE }, (_, index) => inventWord(index));
  const pick = (): string => words[Math.floor(VOCABULARY_SIZE ** random()) - 1] ?? "word";
  const documents = Array.from({ length: documentCount }, (_, index) => makeDocument(index, pick));
  const queries = Array.from({ length: queryCount }, (_, index) => {
    const source = documents[(index * 7) % documents.length]?.text.split(/[^a-z]+/).filter(isTelling) ?? [];
    const start = Math.floor(random() * Math.max(1, source.length - WORDS_PER_QUERY));
    return source.slice(start, start + WORDS_PER_QUERY).join(" ");
  });
  return { documents, queries };
}

function makeDocument(index: number, pick: () => string): BenchDocument {
  const title = `Report ${index} on ${pick()} ${pick()}`;
  const sections = Array.from({ length: SECTIONS }, (_, section) => {
    const sentences: string[] = [];
    for (let words = 0; words < WORDS_PER_SECTION; words += 10)
      sentences.push(`${Array.from({ length: 10 }, pick).join(" ")}.`);
    return `## ${pick()} ${section + 1}\n\n${sentences.join(" ")}\n`;
  });
  return { docId: `reports/${index}.md`, title, text: `# ${title}\n\n${sections.join("\n")}` };
}

/** A different word for each index. */
function inventWord(index: number): string {
  let rest = index + 1;
  let word = "";
  while (rest > 0) {
    word += SYLLABLES[rest % SYLLABLES.length] ?? "";
    rest = Math.floor(rest / SYLLABLES.length);
  }
  return `${word}n`;
}

function isTelling(word: string): boolean {
  return word.length > 4;
}
