import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { canonicalJson } from "#base/canonical-json";
import { findHostileShape } from "#base/json-shape";
import { findFormats } from "#llm-tools/find-formats";
import { suggestTags } from "#llm-tools/suggest-tags";
import { findPrivateData, findSecrets } from "#observability/find-private-data";
import { redact } from "#observability/redact";
import { checkCitations } from "#rag/check-citations";
import { chunkText } from "#rag/chunk-text";
import { contentWords } from "#rag/content-words";
import { addressesIn, AnswerGuard } from "#rag/safety/answer-guard";
import { isHarmlessTopic } from "#rag/safety/clean-source";
import { findInjections } from "#rag/safety/find-injections";
import { replyToSelfHarm } from "#rag/safety/self-harm";
import { splitSentences } from "#rag/split-sentences";
import { withoutCourtesies } from "#rag/understand-query";
import { queryWords } from "#storage/match-expression";

/** Characters of a text, and of one that is four times as long. */
const LONG = 64_000;
/** As long as a body may be that is no upload of documents. */
const BODY = 1_048_576;
/** What a text of four times the length may cost, in times: its square would cost 16. */
const MAX_RATIO = 9;
/** Less than this is noise, and harms nobody. A reader that takes the square of 64,000 needs seconds. */
const NOTICEABLE_MS = 150;

/** Everything that reads texts of strangers, of whatever length a body may have. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  addressesIn,
  checkCitations: (text) => checkCitations(text, []),
  chunkText: (text) => chunkText(text, { strategy: "markdown", unit: "tokens", size: 200, overlap: 20 }),
  contentWords,
  findFormats: (text) => findFormats(text, ["email", "phone", "url", "date", "money"]),
  findInjections: (text) => findInjections(text),
  findPrivateData,
  findSecrets,
  isHarmlessTopic,
  queryWords,
  redact,
  replyToSelfHarm,
  splitSentences,
  suggestTags: (text) => suggestTags(text, { allowed: undefined, maxTags: 10 }),
  withoutCourtesies,
};

/** An answer that comes in small pieces, read by the guard. */
function guardAnswer(text: string): string {
  const guard = new AnswerGuard([], { redactPii: true });
  let shown = "";
  for (let at = 0; at < text.length; at += 500) shown += guard.push(text.slice(at, at + 500));
  return shown + guard.flush();
}

/** A body: parsed, looked at, and digested unless it is refused. */
function readBody(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return findHostileShape(value) === undefined ? canonicalJson(value) : undefined;
}

type TextOf = (characters: number) => string;
const repeated =
  (unit: string): TextOf =>
  (characters) =>
    unit.repeat(Math.ceil(characters / unit.length)).slice(0, characters);
/** What makes a pattern go back over and over: one long run, runs between two letters, beginnings without an end. */
const TEXTS: readonly TextOf[] = [
  ...[
    "a",
    " ",
    "\n",
    ".",
    "1",
    "-",
    "a@",
    "a.",
    "http://a.",
    "%61",
    "QUJD",
    "[1",
    "![](",
    "```\n",
    "| a ",
    "<a ",
    "&#x41;",
  ],
  ...["\u200b", "a\u0301", "漢", "i.g.n.", "ignore the ", "please ", "+1 (", "DE89 ", "Bearer ", "eyJ.", "1-"],
].map(repeated);
const GAPS = [" ", "\n", "\t ", "."].map(
  (gap): TextOf =>
    (characters) =>
      `a${repeated(gap)(characters)}b`,
);
/** What a chunker, of all readers, is given as a whole. */
const DOCUMENTS = ["x", " ", "\n", "#", "`", "。", "\u0301", "| a ", "- ", "# a\n", "> ", "```\n"].map(repeated);
const listOf =
  (item: string): TextOf =>
  (characters) =>
    `[${Array.from({ length: Math.ceil(characters / (item.length + 1)) }, () => item).join()}]`;
/** Bodies of JSON: deep, wide, of one long text or key, of names that objects have. */
const BODIES: readonly TextOf[] = [
  ...["0", '"\\u0000"', '{"__proto__":0}', '{"a":{"a":{"a":[]}}}'].map(listOf),
  (characters) => "[".repeat(characters / 2) + "]".repeat(characters / 2),
  (characters) => '{"a":'.repeat(characters / 6) + "0" + "}".repeat(characters / 6),
  (characters) => `{"${"k".repeat(characters)}":"${"\\n".repeat(characters / 2)}"}`,
  (characters) => `{${Array.from({ length: characters / 10 }, (_, n) => `"k${n}":${n}`).join()}}`,
];

describe("texts of strangers", () => {
  for (const [name, read] of Object.entries({ ...READERS, guardAnswer }))
    it(`${name}: cost what their length is worth, and not its square`, () => {
      for (const textOf of [...TEXTS, ...GAPS]) assertLinear(read, textOf, LONG);
    });

  it("as long as a body may be: a chunker reads them once", () => {
    const read = (text: string) => chunkText(text, { strategy: "markdown", unit: "tokens", size: 400, overlap: 100 });
    for (const textOf of DOCUMENTS) assertLinear(read, textOf, BODY);
  });

  it("as long as a body may be: JSON is parsed, looked at and digested once", () => {
    for (const textOf of BODIES) assertLinear(readBody, textOf, BODY);
  });
});

/** Fails when a text costs much more than four times what a quarter of it costs, each time that it is tried. */
function assertLinear(read: (text: string) => unknown, textOf: TextOf, characters: number): void {
  const [long, short] = [textOf(characters), textOf(characters / 4)];
  let ratio = 0;
  for (let attempt = 0; attempt < 3; attempt++) {
    const longMs = cpuMs(() => read(long));
    if (longMs < NOTICEABLE_MS) return;
    ratio =
      longMs /
      Math.max(
        1,
        cpuMs(() => read(short)),
      );
    if (ratio < MAX_RATIO) return;
  }
  assert.fail(`${JSON.stringify(long.slice(0, 20))}: four times the length costs ${ratio.toFixed(1)} times as much`);
}

function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
