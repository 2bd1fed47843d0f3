import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { startRag, type TestRag } from "#rag/testing/start-rag";
import { CHUNKINGS, PRODUCT_SIZE } from "#tests/quality/configurations";
import { measureCitations, measureRetrieval, type QualityRow } from "#tests/quality/measure-quality";
import { readCorpus } from "#tests/quality/read-corpus";

/** What `report` printed last for the product's size of chunks: raise a number when the product has become better. */
const REACHED: Readonly<Record<string, { readonly ndcg: number; readonly recall: number }>> = {
  bm25: { ndcg: 0.902, recall: 0.93 },
  vector: { ndcg: 0.901, recall: 0.938 },
  fused: { ndcg: 0.917, recall: 0.945 },
  reranked: { ndcg: 0.914, recall: 0.945 },
};
const REACHED_CITATIONS = { precision: 0.857, answered: 0.844 };
/** What may be lost without notice: one query of the corpus that finds nothing any more. */
const MARGIN = 0.016;

describe("the quality of search", () => {
  const corpus = readCorpus("tests/quality");
  let rag: TestRag;
  let rows: ReadonlyMap<string, QualityRow>;
  before(async () => {
    rag = await startRag();
    const chunkings = CHUNKINGS.filter(({ size }) => size === PRODUCT_SIZE);
    rows = new Map((await measureRetrieval(rag, corpus, chunkings)).map((row) => [row.ranking, row]));
  });
  after(() => rag.dispose());

  it("is judged on queries of many kinds, whose answers are all in the corpus", () => {
    const known = new Set(corpus.documents.map(({ docId }) => docId));
    assert.ok(corpus.queries.every(({ relevant }) => relevant.every((docId) => known.has(docId))));
    assert.ok(new Set(corpus.queries.map(({ kind }) => kind)).size >= 7);
  });

  for (const [ranking, { ndcg, recall }] of Object.entries(REACHED)) {
    it(`${ranking}: is no worse than it was`, () => {
      const row = rows.get(ranking);
      assert.ok(row !== undefined && row.ndcg >= ndcg - MARGIN, `nDCG@10 was ${ndcg}, is ${row?.ndcg}`);
      assert.ok(row.recall >= recall - MARGIN, `recall@10 was ${recall}, is ${row.recall}`);
    });
  }

  it("is better with both sides than with either alone", () => {
    const of = (ranking: string): number => rows.get(ranking)?.ndcg ?? Number.NaN;
    assert.ok(of("fused") > Math.max(of("bm25"), of("vector")), `${of("fused")}, ${of("bm25")}, ${of("vector")}`);
  });

  it("of answers: they cite what answers, no worse than before", async () => {
    const { precision, answered } = await measureCitations(rag, corpus, PRODUCT_SIZE);
    assert.ok(
      precision >= REACHED_CITATIONS.precision - MARGIN,
      `precision was ${REACHED_CITATIONS.precision}, is ${precision}`,
    );
    assert.ok(
      answered >= REACHED_CITATIONS.answered - MARGIN,
      `answered were ${REACHED_CITATIONS.answered}, are ${answered}`,
    );
  });
});
