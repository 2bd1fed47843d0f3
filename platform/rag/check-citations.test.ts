import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { checkCitations } from "#rag/check-citations";
import { chunkText } from "#rag/chunk-text";
import { citedNumbers, UnknownMarkerFilter } from "#rag/citation-markers";
import { splitSentences } from "#rag/split-sentences";

// A byte order mark is text like any other here.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const DOCUMENT =
  "Intro.\r\nThe warranty covers 24 months. It does not cover batteries 😀.\r\nRepairs take 5 days in Zürich.";
const source = { n: 1, docId: "d", chunkId: "c", text: DOCUMENT.slice(8), start: 8, startByte: 8 };
const verdictsOf = (answer: string): string[] =>
  checkCitations(answer, [source]).citations.map(({ n, verdict }) => `${n} ${verdict}`);

describe("checkCitations", () => {
  it("finds the sentence that supports a claim, at its place in the document", () => {
    const { citations } = checkCitations("The warranty covers 24 months [1].", [source]);
    assert.deepEqual(
      citations.map(({ spans }) => spans.map(({ start, end }) => DOCUMENT.slice(start, end))),
      [["The warranty covers 24 months."]],
    );
  });

  it("reads all forms of a marker", () => {
    assert.deepEqual(citedNumbers("a [1][2], b [3, 4] c [6-8] d [12345] e [x] [1]"), [1, 2, 3, 4, 6, 7, 8]);
    assert.deepEqual(verdictsOf("Repairs take 5 days. [1]"), ["1 supported"]);
    assert.deepEqual(verdictsOf("Repairs take 5 days [1, 7]."), ["1 supported", "7 unknown_source"]);
  });

  it("marks what the source does not say", () => {
    assert.deepEqual(verdictsOf("Elephants live in Africa [1]."), ["1 unsupported"]);
    assert.deepEqual(verdictsOf("The warranty covers 36 months [1]."), ["1 unsupported"]);
    assert.deepEqual(verdictsOf("The warranty does not cover 24 months [1]."), ["1 unsupported"]);
    assert.deepEqual(verdictsOf("It does cover batteries [1]."), ["1 unsupported"]);
    assert.deepEqual(verdictsOf("The repairs take 5 days in Geneva [1]."), ["1 unsupported"]);
  });

  it("asks a marker for what stands before it, back to the one before", () => {
    const repairs = { ...source, n: 2, text: "Repairs take 5 days in Zürich." };
    const verdicts = (answer: string): string[] =>
      checkCitations(answer, [{ ...source, text: "The warranty covers 24 months." }, repairs]).citations.map(
        ({ n, verdict }) => `${n} ${verdict}`,
      );
    assert.deepEqual(verdicts("It covers 24 months [1], and repairs take 5 days [2]."), ["1 supported", "2 supported"]);
    assert.deepEqual(verdicts("It covers 24 months [2], and repairs take 5 days [2]."), [
      "2 unsupported",
      "2 supported",
    ]);
    assert.deepEqual(verdicts("It covers 24 months [1], and repairs take 6 days [2]."), [
      "1 supported",
      "2 unsupported",
    ]);
    assert.deepEqual(verdicts("The warranty [1] covers 36 months."), ["1 unsupported"]);
    assert.deepEqual(verdicts("Covers: 24 months [1] Repairs take 5 days. [2]"), ["1 supported", "2 supported"]);
    assert.deepEqual(verdicts("Covers: 24 months [1] Repairs take 6 days."), ["1 unsupported"]);
    assert.deepEqual(verdicts("The warranty covers 24 months [1] and [2]."), ["1 supported", "2 unsupported"]);
  });

  it("joins sentences when a claim needs more than one", () => {
    const { citations } = checkCitations("The warranty covers 24 months, and repairs take 5 days [1].", [source]);
    assert.deepEqual(
      citations.map(({ verdict, spans }) => [verdict, spans.length]),
      [["supported", 2]],
    );
  });

  it("gives spans that are exact substrings of any document, in units and bytes", () => {
    const piece = fc.oneof(
      fc.lorem({ maxCount: 9, mode: "sentences" }),
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.constantFrom("\r\n", "\t", "😀 ", "e\u0301 ", "漢字。", ". "),
    );
    const documents = fc.array(piece, { minLength: 1, maxLength: 60, size: "max" }).map((parts) => parts.join(""));
    const run = fc.property(documents, fc.nat(), (text, pick) => {
      const chunks = chunkText(text, { strategy: "recursive", unit: "characters", size: 200, overlap: 50 });
      const sources = chunks.map((chunk, index) => ({ n: index + 1, docId: "d", chunkId: String(index), ...chunk }));
      const chunk = chunks[pick % Math.max(1, chunks.length)];
      const range = chunk === undefined ? undefined : splitSentences(chunk.text)[0];
      if (chunk === undefined || range === undefined) return;
      const claim = chunk.text.slice(range.start, range.end);
      const { citations } = checkCitations(`${claim} [${(pick % chunks.length) + 1}]`, sources);
      const bytes = new TextEncoder().encode(text);
      for (const span of citations.flatMap(({ spans }) => spans)) {
        assert.equal(decoder.decode(bytes.subarray(span.startByte, span.endByte)), text.slice(span.start, span.end));
        assert.notEqual(text.slice(span.start, span.end).trim(), "");
      }
    });
    fc.assert(run, { numRuns: 300 });
  });

  it("takes any answer", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (answer) => void checkCitations(answer, [source])));
  });
});

describe("UnknownMarkerFilter", () => {
  it("gives the same text however the stream was cut", () => {
    const answers = fc
      .array(fc.constantFrom("[1]", "[9]", "[1, 9]", "[", "]", "[x]", " words", ".", "1"), { maxLength: 30 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(answers, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (answer, sizes) => {
        const whole = new UnknownMarkerFilter(2);
        const expected = whole.push(answer) + whole.flush();
        const filter = new UnknownMarkerFilter(2);
        let out = "";
        for (let at = 0, turn = 0; at < answer.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          out += filter.push(answer.slice(at, at + size));
          at += size;
        }
        assert.equal(out + filter.flush(), expected);
        assert.deepEqual(filter.unknown, whole.unknown);
        assert.ok(citedNumbers(expected).every((n) => n <= 2));
      }),
    );
  });
});
