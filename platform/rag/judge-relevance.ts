import { contentWords, coverage } from "#rag/content-words";
import type { Passage } from "#rag/passage";
import type { VectorMetric } from "#rag/rag-services";

/** Share of the question's words that one passage must hold. */
const MIN_COVERAGE = 0.34;
/** Cosine from which a passage counts as near in meaning even without a common word. Unrelated texts of bge models stay below. */
const MIN_COSINE = 0.65;

export interface Relevance {
  /** Whether it is worth asking a model. */
  readonly isAnswerable: boolean;
  /** Share of the question's words in the passage that holds most of them, 0 to 1. */
  readonly coverage: number;
}

/** Tells whether any passage has to do with the question. Nearest neighbours always exist, so being found says little. Pure. */
export function judgeRelevance(question: string, passages: readonly Passage[], metric: VectorMetric): Relevance {
  const wanted = contentWords(question);
  const shares = passages.map(({ chunk }) =>
    coverage(wanted, contentWords(`${chunk.title ?? ""}\n${chunk.context}\n${chunk.text}`)),
  );
  const best = Math.max(0, ...shares);
  const isNear = metric === "cosine" && passages.some(({ scores }) => (scores.vector ?? 0) >= MIN_COSINE);
  // A question of stop words alone, or scores of another metric, give nothing to judge by.
  const cannotJudge = passages.length > 0 && (wanted.size === 0 || (metric !== "cosine" && best === 0));
  return { isAnswerable: best >= MIN_COVERAGE || isNear || cannotJudge, coverage: best };
}
