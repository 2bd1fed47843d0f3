import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { chunkText, maxChunkCount, type Chunking } from "#rag/chunk-text";
import { sizeInTokens } from "#rag/measure-text";

// A byte order mark is text like any other here.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const recursive: Chunking = { strategy: "recursive", unit: "characters", size: 200, overlap: 40 };
const markdown: Chunking = { ...recursive, strategy: "markdown" };

const pieces = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom(
    "\r\n",
    "\n",
    "\n\n",
    "\t",
    " ",
    "      ",
    "# Title\n",
    "```js\n",
    "```\n",
    "😀👩‍👩‍👧",
    "e\u0301\u0302",
    "。",
    ". ",
    "漢字かな交じり文",
    "word ",
  ),
  fc.lorem({ maxCount: 12 }),
);
const texts = fc.array(pieces, { maxLength: 120, size: "max" }).map((parts) => parts.join(""));
const chunkings: fc.Arbitrary<Chunking> = fc
  .record({
    strategy: fc.constantFrom("recursive" as const, "markdown" as const),
    unit: fc.constantFrom("characters" as const, "tokens" as const),
    size: fc.integer({ min: 8, max: 300 }),
    share: fc.double({ min: 0, max: 0.49, noNaN: true }),
  })
  .map(({ share, ...rest }) => ({ ...rest, overlap: Math.floor(rest.size * share) }));

describe("chunkText", () => {
  it("gives exact offsets in code units and bytes, over any text", () => {
    fc.assert(
      fc.property(texts, chunkings, (text, chunking) => {
        const bytes = new TextEncoder().encode(text);
        for (const chunk of chunkText(text, chunking)) {
          assert.equal(text.slice(chunk.start, chunk.end), chunk.text);
          assert.equal(decoder.decode(bytes.subarray(chunk.startByte, chunk.endByte)), chunk.text);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("loses no character but blanks, and never splits a surrogate pair", () => {
    fc.assert(
      fc.property(texts, chunkings, (text, chunking) => {
        let covered = 0;
        for (const { start, end, text: piece } of chunkText(text, chunking)) {
          assert.equal(text.slice(covered, Math.max(covered, start)).trim(), "");
          assert.ok(piece.isWellFormed());
          assert.notEqual(piece.trim(), "");
          assert.ok(end > covered, "each chunk adds something");
          covered = end;
        }
        assert.equal(text.slice(covered).trim(), "");
      }),
      { numRuns: 300 },
    );
  });

  it("keeps to the size and to the bound on the number of chunks", () => {
    fc.assert(
      fc.property(texts, chunkings, (text, chunking) => {
        const chunks = chunkText(text, chunking);
        assert.ok(chunks.length <= maxChunkCount(text.length, chunking));
        for (const chunk of chunks) {
          const size = chunking.unit === "characters" ? chunk.text.length : sizeInTokens(chunk.text);
          assert.ok(size <= chunking.size + (chunking.unit === "tokens" ? 1 : 0), `${size} > ${chunking.size}`);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("never makes thousands of chunks of nine kilobytes", () => {
    const hostile = [
      "# a\n".repeat(2_250),
      "\n\na".repeat(3_000),
      ". ".repeat(4_500),
      "a ".repeat(4_500),
      "a" + " ".repeat(1_100),
      "```\n".repeat(2_250),
    ];
    for (const text of hostile.map((part) => part.repeat(Math.ceil(9_000 / part.length)).slice(0, 9_000))) {
      const chunks = chunkText(text, { ...markdown, overlap: 99 });
      assert.ok(chunks.length <= 181, `${chunks.length} chunks of ${JSON.stringify(text.slice(0, 20))}`);
    }
  });

  it("ends chunks at sections and tells the headings above each", () => {
    const section = (title: string): string => `${title}\n\n${"Some words about it. ".repeat(7)}\n\n`;
    const chunks = chunkText(
      `${section("# Guide")}${section("## Install")}${section("### Linux")}${section("## Use")}`,
      markdown,
    );
    assert.deepEqual(
      chunks.map(({ context }) => context),
      ["Guide", "Guide > Install", "Guide > Install > Linux", "Guide > Use"],
    );
  });

  it("keeps a fenced code block together when it fits", () => {
    const code = `\`\`\`ts\n${"const line = 1;\n".repeat(8)}\`\`\`\n`;
    const chunks = chunkText(`${"An intro with words. ".repeat(5)}\n${code}${"After it. ".repeat(10)}`, markdown);
    assert.ok(
      chunks.some(({ text }) => text.includes(code.trimEnd())),
      "one chunk has the whole block",
    );
  });

  it("takes no comment in a code block for a heading", () => {
    const [chunk] = chunkText("```sh\n# not a heading\n```\ntext", markdown);
    assert.equal(chunk?.context, "");
  });

  it("overlaps by at most what was asked for, beginning at a word", () => {
    const text = Array.from({ length: 200 }, (_, index) => `word${index}`).join(" ");
    const chunks = chunkText(text, recursive);
    for (const [index, { start, text: piece }] of chunks.entries()) {
      const before = chunks[index - 1];
      if (before === undefined) continue;
      assert.ok(before.end - start <= recursive.overlap && before.end > start);
      assert.match(piece, /^word/);
    }
  });

  it("gives nothing for a text of blanks", () => {
    assert.deepEqual(chunkText(" \n\t ", recursive), []);
  });
});
