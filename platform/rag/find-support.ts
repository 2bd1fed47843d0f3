import { contentWords, coverage, roughStem } from "#rag/content-words";
import { splitSentences, type TextRange } from "#rag/split-sentences";

/** Share of a claim's words that its source has to hold. A paraphrase keeps about this many; an unrelated text does not. */
const REQUIRED_COVERAGE = 0.5;
/** Fewest words of a claim that must be found, however short it is. */
const REQUIRED_WORDS = 2;
/** Most sentences of a source that together may support one claim. */
const MAX_SPANS = 3;
/** A sentence is the claim turned round when it says little besides it, yet only one of them is negated. */
const SAME_STATEMENT_COVERAGE = 0.7;

const NEGATION = /\b(?:not|no|never|none|nor|neither|cannot|without)\b|n['’]t\b/i;
const NUMBER = /\d+(?:[.,]\d+)*/g;
const NAME = /(?<=[\p{L}\p{N},;:)"'”’]\s{1,3})\p{Lu}[\p{L}\p{M}\p{N}]+/gu;

/** A source text prepared for many claims. */
export interface SupportIndex {
  readonly text: string;
  readonly words: ReadonlySet<string>;
  readonly sentences: readonly { readonly range: TextRange; readonly words: ReadonlySet<string> }[];
}

/** Prepares a source. `about` (title, headings) counts as said by it, but is never a span. */
export function indexForSupport(text: string, about: string): SupportIndex {
  const sentences = splitSentences(text).map((range) => ({
    range,
    words: contentWords(text.slice(range.start, range.end)),
  }));
  return { text, words: contentWords(`${about}\n${text}`), sentences };
}

/**
 * The sentences of a source that say what a claim says, best first; empty when the source does not support it. Pure.
 * A heuristic over words: enough of the claim's words, all of its numbers and names, and no negation on one side only.
 * It does not understand either text; a contradiction in other words passes.
 */
export function findSupport(claim: string, source: SupportIndex): readonly TextRange[] {
  const wanted = contentWords(claim);
  const chosen = chooseSentences(wanted, source);
  const best = chosen[0];
  if (best === undefined) return [];
  const found = new Set(chosen.flatMap(({ words }) => [...words]));
  const required = Math.min(wanted.size, Math.max(REQUIRED_WORDS, Math.ceil(wanted.size * REQUIRED_COVERAGE)));
  if (coverage(wanted, found) * wanted.size < required) return [];
  const saying = chosen.map(({ range }) => source.text.slice(range.start, range.end)).join("\n");
  if (!holdsNumbers(claim, saying) || !holdsNames(claim, source.words)) return [];
  if (isNegationMismatch(claim, wanted, saying, best.words)) return [];
  return chosen.map(({ range }) => range);
}

type Sentence = SupportIndex["sentences"][number];

/** Takes the sentence that adds most, again and again, while it adds anything worth a span. */
function chooseSentences(wanted: ReadonlySet<string>, source: SupportIndex): Sentence[] {
  const missing = new Set(wanted);
  const chosen: Sentence[] = [];
  while (missing.size > 0 && chosen.length < MAX_SPANS) {
    const next = mostCovering(missing, source.sentences);
    const gain = next === undefined ? 0 : coverage(missing, next.words) * missing.size;
    if (next === undefined || gain < 1 || (chosen.length > 0 && gain < wanted.size * 0.2)) break;
    chosen.push(next);
    for (const word of next.words) missing.delete(word);
  }
  return chosen;
}

function mostCovering(wanted: ReadonlySet<string>, sentences: readonly Sentence[]): Sentence | undefined {
  let best: Sentence | undefined;
  let bestGain = 0;
  for (const sentence of sentences) {
    const gain = coverage(wanted, sentence.words);
    if (gain > bestGain) [best, bestGain] = [sentence, gain];
  }
  return best;
}

function holdsNumbers(claim: string, saying: string): boolean {
  const said = new Set(numbersIn(saying));
  return numbersIn(claim).every((number) => said.has(number));
}

function numbersIn(text: string): string[] {
  return [...text.matchAll(NUMBER)].map(([number]) => number.replaceAll(",", ""));
}

/** A capital inside a sentence is taken for a name: the source must know it. */
function holdsNames(claim: string, words: ReadonlySet<string>): boolean {
  return [...claim.matchAll(NAME)].every(([name]) => {
    const stem = roughStem(name.normalize("NFKC"));
    return stem === "" || words.has(stem);
  });
}

function isNegationMismatch(
  claim: string,
  claimWords: ReadonlySet<string>,
  saying: string,
  bestWords: ReadonlySet<string>,
): boolean {
  const isClaimNegated = NEGATION.test(claim);
  const isSourceNegated = NEGATION.test(saying);
  if (isClaimNegated === isSourceNegated) return false;
  return isClaimNegated || coverage(bestWords, claimWords) >= SAME_STATEMENT_COVERAGE;
}
