import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { formatBench } from "#tests/knowledge/bench/format-bench";
import { makeCorpus } from "#tests/knowledge/bench/make-corpus";

describe("makeCorpus", () => {
  const corpus = makeCorpus(30, 40);

  it("is the same each time, with an id and a text of its own for each document", () => {
    assert.deepEqual(makeCorpus(30, 40), corpus);
    assert.equal(new Set(corpus.documents.map(({ docId }) => docId)).size, 30);
    assert.equal(new Set(corpus.documents.map(({ text }) => text)).size, 30);
  });

  it("asks for words that stand next to each other in a document", () => {
    const texts = corpus.documents.map(({ text }) =>
      text
        .split(/[^a-z]+/)
        .filter((word) => word.length > 4)
        .join(" "),
    );
    for (const query of corpus.queries)
      assert.ok(
        texts.some((text) => text.includes(query)),
        query,
      );
  });
});

describe("formatBench", () => {
  it("tells rates and quantiles", () => {
    const text = formatBench(
      [{ name: "new", documents: 100, chunks: 300, bytes: 200_000, ms: 2_000 }],
      [{ name: "again", ms: [1, 2, 3, 4], hits: 1, modelCalls: 2 }],
    );
    assert.match(text, /\| new \| 100 \| 300 \| 2\.0 \| 50 \| 150 \| 100 \|/);
    assert.match(text, /\| again \| 4 \| 2\.0 \| 4\.0 \| 4\.0 \| 25 % \| 0\.50 \|/);
  });
});
