import type { Candidate } from "./rank-sentences.js";
import { contentStems } from "./split-words.js";

/** "What is a chunk?", "What does abstain mean?" */
const asksForMeaning = /^\s*what(?:'s|\s+(?:is|are|does|do))\s+(?:an?\s+|the\s+)?(.+?)(?:\s+mean)?\s*\?*\s*$/i;

/** "Chunks are …", "A chunk is …", "chunk: A piece …"; code and links define nothing. */
const opening = /^(?:an?\s+|the\s+)?([^`[]{1,80}?)(?:\s*:\s+(?=\p{L})|\s+(?:is|are|means|stands for)\b)/iu;

/**
 * The candidates that say what a question asks the meaning of, and of these the entries of a glossary alone, if there are
 * any: "**chunk**: A piece …". None for a question that asks something else.
 */
export function findDefinitions(question: string, candidates: readonly Candidate[]): readonly Candidate[] {
  const asked = stemsOf(asksForMeaning.exec(question)?.[1]);
  if (asked === "") return [];
  const definitions = candidates.filter(
    ({ sentence }) => stemsOf(opening.exec(sentence.replaceAll("**", ""))?.[1]) === asked,
  );
  const entries = definitions.filter(({ sentence }) => sentence.startsWith("**"));
  return entries.length > 0 ? entries : definitions;
}

function stemsOf(words: string | undefined): string {
  return contentStems(words ?? "").join(" ");
}
