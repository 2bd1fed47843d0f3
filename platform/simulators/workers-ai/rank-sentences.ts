import { commonWords, contentStems, splitWords, stemOf } from "./split-words.js";

/** Something that may be quoted in an answer. */
export interface Candidate {
  /** Quoted as it is. */
  readonly sentence: string;
  /** What stands around it, its own words included: lifts the sentences of a fitting passage. */
  readonly context: string;
  /** Label of its passage. */
  readonly label: string | undefined;
}

export interface RankedCandidate extends Candidate {
  /** Share of the question that the sentence covers, 0–1, weighted by how rare the words are among the candidates. */
  readonly score: number;
  /** Question stems in the sentence. */
  readonly matched: ReadonlySet<string>;
}

/** What of the score the surroundings of a sentence decide. */
const contextShare = 0.25;

/** Coverage below which a sentence has nothing to do with the question. */
const minScore = 0.3;

/** The candidates that answer a question at least in part, best first. */
export function rankSentences(question: string, candidates: readonly Candidate[]): RankedCandidate[] {
  const asked = new Set(contentStems(question));
  if (asked.size === 0) return [];
  const sentences = candidates.map(({ sentence }) => new Set(contentStems(sentence)));
  const weights = stemWeights(asked, sentences, question);
  const total = sum(weights.values());
  const covered = (stems: ReadonlySet<string>): number =>
    sum([...weights].map(([stem, weight]) => (stems.has(stem) ? weight : 0))) / total;
  const contexts = new Map<string, number>();
  return candidates
    .map((candidate, index): RankedCandidate => {
      const stems = sentences[index] ?? new Set<string>();
      const around = contexts.get(candidate.context) ?? covered(new Set(contentStems(candidate.context)));
      contexts.set(candidate.context, around);
      const own = covered(stems);
      const score = own === 0 ? 0 : own * (1 - contextShare) + around * contextShare;
      return { ...candidate, score, matched: new Set([...asked].filter((stem) => stems.has(stem))) };
    })
    .filter(({ score }) => score >= minScore)
    .sort((a, b) => b.score - a.score);
}

/** Words that few candidates have say most; common English words say half. */
function stemWeights(
  asked: ReadonlySet<string>,
  sentences: readonly ReadonlySet<string>[],
  question: string,
): Map<string, number> {
  const common = new Set(
    splitWords(question)
      .filter((word) => commonWords.has(word))
      .map(stemOf),
  );
  const weights = new Map<string, number>();
  for (const stem of asked) {
    const frequency = sentences.filter((stems) => stems.has(stem)).length;
    const rarity = Math.log(1 + (sentences.length + 0.5) / (frequency + 0.5));
    weights.set(stem, common.has(stem) ? rarity / 2 : rarity);
  }
  return weights;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
