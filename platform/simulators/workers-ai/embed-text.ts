import { splitTokens } from "./count-tokens.js";
import { commonWords, functionWords, splitWords, stemOf } from "./split-words.js";

/** Places of the vector that each feature is spread over, so that one collision cannot join two words. */
const bucketsPerFeature = 4;

/** Length of the n-gram part before normalising; the word part has length 1. */
const ngramShare = 0.2;

/** Characters per n-gram, of words padded with their borders. */
const ngramLengths = [3, 4];

/**
 * The embedding of a text: the same for the same text, everywhere and always. It is lexical: texts are near when they
 * share word stems, rare ones above all, and a little when their spelling is alike. It knows no synonyms.
 * Length 1, except of a text without any word, whose vector points into a direction of its own.
 *
 * `maxTokens`: what of the text the model looks at; the rest is ignored, as the real models do.
 */
export function embedText(text: string, dimensions: number, maxTokens = Number.POSITIVE_INFINITY): number[] {
  const words = splitWords(firstTokens(text, maxTokens));
  const vector = new Float64Array(dimensions);
  const wordPart = weightedFeatures(stemWeights(words));
  const ngramPart = weightedFeatures(ngramWeights(words));
  addFeatures(vector, wordPart, 1);
  addFeatures(vector, ngramPart, wordPart.size === 0 ? 1 : ngramShare);
  if (vector.every((value) => value === 0)) addFeature(vector, "empty", 1);
  return normalised(vector);
}

/** Sublinear term frequency times how telling the word is. */
function stemWeights(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, { count: number; weight: number }>();
  for (const word of words) {
    const weight = wordWeight(word);
    const entry = counts.get(stemOf(word));
    if (entry === undefined) counts.set(stemOf(word), { count: 1, weight });
    else entry.count += 1;
  }
  return new Map([...counts].map(([stem, { count, weight }]) => [`w:${stem}`, (1 + Math.log(count)) * weight]));
}

/** A stand-in for inverse document frequency, which a single text does not have. */
function wordWeight(word: string): number {
  if (functionWords.has(word)) return 0.05;
  if (commonWords.has(word)) return 0.45;
  if (/\d/.test(word)) return 1.2;
  return Math.min(1.4, 0.75 + word.length * 0.06);
}

function ngramWeights(words: readonly string[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const word of words) {
    if (functionWords.has(word)) continue;
    const padded = `^${word}$`;
    for (const length of ngramLengths) {
      for (let start = 0; start + length <= padded.length; start += 1) {
        const feature = `n:${padded.slice(start, start + length)}`;
        weights.set(feature, (weights.get(feature) ?? 0) + 1);
      }
    }
  }
  return weights;
}

/** The features with their weights scaled to length 1 together. */
function weightedFeatures(weights: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const norm = Math.hypot(...weights.values());
  return norm === 0 ? new Map() : new Map([...weights].map(([feature, weight]) => [feature, weight / norm]));
}

function addFeatures(vector: Float64Array, features: ReadonlyMap<string, number>, share: number): void {
  for (const [feature, weight] of features) addFeature(vector, feature, weight * share);
}

/** Signed feature hashing: collisions cancel on average instead of adding up. */
function addFeature(vector: Float64Array, feature: string, weight: number): void {
  let hash = hashText(feature);
  for (let bucket = 0; bucket < bucketsPerFeature; bucket += 1) {
    hash = mix(hash + bucket);
    const place = (hash >>> 1) % vector.length;
    const sign = (hash & 1) === 0 ? 1 : -1;
    vector[place] = (vector[place] ?? 0) + (sign * weight) / Math.sqrt(bucketsPerFeature);
  }
}

/** FNV-1a over UTF-16 code units, 32 bit. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The finaliser of MurmurHash3, which spreads near values apart. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Six decimals keep a vector's JSON small and are more than a cosine needs. */
function normalised(vector: Float64Array): number[] {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return Array.from(vector, (value) => Math.round((value / norm) * 1e6) / 1e6);
}

function firstTokens(text: string, maxTokens: number): string {
  return text.length <= maxTokens ? text : splitTokens(text).slice(0, maxTokens).join("");
}
