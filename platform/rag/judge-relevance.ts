import { contentWords, coverage } from "#rag/content-words";
import type { VectorMetric } from "#rag/rag-services";

/** Share of the question's words that one passage must hold. */
const MIN_COVERAGE = 0.34;
/** Cosine from which a passage counts as near in meaning even without a common word. Unrelated texts of bge models stay below. */
const MIN_COSINE = 0.65;

/** A passage as it is judged. */
export interface JudgedPassage {
  /** Its text with title and headings, without what is kept from the model. */
  readonly text: string;
  /** Absent where the vector side did not find it. */
  readonly vector?: number | undefined;
}

export interface Relevance {
  /** Whether it is worth asking a model. */
  readonly isAnswerable: boolean;
  /** Share of the question's words in the passage that holds most of them, 0 to 1. */
  readonly coverage: number;
}

/** Tells whether any passage has to do with the question. Nearest neighbours always exist, so being found says little. Pure. */
export function judgeRelevance(question: string, passages: readonly JudgedPassage[], metric: VectorMetric): Relevance {
  const wanted = contentWords(question);
  const best = Math.max(0, ...passages.map(({ text }) => coverage(wanted, contentWords(text))));
  const isNear = metric === "cosine" && passages.some(({ vector = 0 }) => vector >= MIN_COSINE);
  // A question of stop words alone, or scores of another metric, give nothing to judge by.
  const cannotJudge = passages.length > 0 && (wanted.size === 0 || (metric !== "cosine" && best === 0));
  return { isAnswerable: best >= MIN_COVERAGE || isNear || cannotJudge, coverage: best };
}
