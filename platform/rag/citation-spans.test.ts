import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import fc from "fast-check";

import { ingestDocuments } from "#rag/ingest-documents";
import { collectSearch, searchKnowledge } from "#rag/search-knowledge";
import { acme, startRag, testCall, testSettings, type TestRag } from "#rag/testing/start-rag";

// A byte order mark is text like any other here.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const RUNS = 30;

/** What stands around a fact: whatever people and programs write. */
const surroundings = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.lorem({ maxCount: 40 }),
      fc.constantFrom(
        "\r\n",
        "\r\n\r\n",
        "\t",
        "\u0000",
        "\ufeff",
        "\u2028",
        "👩‍👩‍👧‍👦🏳️‍🌈 ",
        "e\u0301a\u0308n\u0303 ",
        "क्षि ",
        "漢字かな。",
        "שלום ",
        "# Heading\r\n",
        "```\r\ncode\r\n```\r\n",
        "| a | b |\r\n| - | - |\r\n",
        "🇧🇪".repeat(8),
      ),
    ),
    { maxLength: 30, size: "max" },
  )
  .map((parts) => parts.join(""));
const chunking = fc.record({
  strategy: fc.constantFrom("recursive" as const, "markdown" as const),
  unit: fc.constant("characters" as const),
  size: fc.integer({ min: 200, max: 900 }),
  overlap: fc.integer({ min: 0, max: 99 }),
});

describe("an answer's citations, from a document as it was sent to the client", () => {
  let rag: TestRag;
  before(async () => {
    rag = await startRag();
  });
  after(() => rag.dispose());

  it("are exact substrings of it, in UTF-16 units and in bytes, and say what the answer says", async () => {
    let run = 0;
    const property = fc.asyncProperty(surroundings, surroundings, chunking, async (left, right, cut) => {
      const name = `Zeppelin${run++}`;
      const fact = `The ${name} costs\t40 euros 😀 in Zu\u0308rich.`;
      const text = `${left}\r\n\r\n${fact}\r\n\r\n${right}`;
      const document = { docId: name, text, chunking: cut };
      await ingestDocuments(acme, rag.services, { ...testCall, documents: [document] });

      const request = { query: `How many euros does the ${name} cost?`, mode: "answer", stream: false } as const;
      const settings = { ...testSettings, cache: { ...testSettings.cache, enabled: false } };
      const call = { ...testCall, settings, request: { ...request, filter: { docId: name } } };
      const { sources, citations } = await collectSearch(searchKnowledge(acme, rag.services, call));

      const bytes = new TextEncoder().encode(text);
      const sourceOf = new Map(sources.map((source) => [source.chunkId, source]));
      for (const source of sources) assert.equal(source.text, text.slice(source.start, source.end));
      for (const span of [...sources, ...citations.flatMap(({ spans }) => spans)])
        assert.equal(decoder.decode(bytes.subarray(span.startByte, span.endByte)), text.slice(span.start, span.end));
      for (const { chunkId = "", spans } of citations) {
        const source = sourceOf.get(chunkId);
        for (const { start, end } of spans)
          assert.ok(source !== undefined && source.start <= start && start < end && end <= source.end);
      }
      const supported = citations.filter(({ verdict }) => verdict === "supported");
      const quoted = supported.flatMap(({ spans }) => spans.map(({ start, end }) => text.slice(start, end)));
      assert.ok(
        quoted.some((quote) => quote.includes(name) && quote.includes("40 euros")),
        JSON.stringify(quoted),
      );
    });
    await fc.assert(property, { numRuns: RUNS });
  });
});
