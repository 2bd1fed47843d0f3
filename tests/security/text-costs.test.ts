import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { findFormats } from "#llm-tools/find-formats";
import { suggestTags } from "#llm-tools/suggest-tags";
import { findPrivateData, findSecrets } from "#observability/find-private-data";
import { redact } from "#observability/redact";
import { checkCitations } from "#rag/check-citations";
import { chunkText } from "#rag/chunk-text";
import { contentWords } from "#rag/content-words";
import { addressesIn } from "#rag/safety/answer-guard";
import { isHarmlessTopic } from "#rag/safety/clean-source";
import { findInjections } from "#rag/safety/find-injections";
import { replyToSelfHarm } from "#rag/safety/self-harm";
import { splitSentences } from "#rag/split-sentences";
import { withoutCourtesies } from "#rag/understand-query";
import { queryWords } from "#storage/match-expression";

const CHARACTERS = 64_000;
/** Reading a text once takes some milliseconds; taking the square of its length, five seconds. */
const MAX_CPU_MS = 1_500;

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

const repeated = (unit: string): string => unit.repeat(Math.ceil(CHARACTERS / unit.length)).slice(0, CHARACTERS);
/** What makes a pattern go back over and over: one long run, runs between two letters, beginnings without an end. */
const TEXTS: readonly string[] = [
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
const GAPS = [" ", "\n", "\t ", "."].map((gap) => `a${repeated(gap)}b`);

describe("texts as long as a body may be", () => {
  for (const [name, read] of Object.entries(READERS))
    it(`${name}: costs what the length is worth, and not its square`, () => {
      for (const text of [...TEXTS, ...GAPS]) {
        const before = process.cpuUsage();
        read(text);
        const { user, system } = process.cpuUsage(before);
        assert.ok((user + system) / 1_000 < MAX_CPU_MS, `${JSON.stringify(text.slice(0, 20))}: ${user + system} µs`);
      }
    });
});
