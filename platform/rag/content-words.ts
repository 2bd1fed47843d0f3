import { STOP_WORDS } from "#storage/stop-words";

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
const DENSE_SCRIPT = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/**
 * The words of a text that carry its meaning: lower case, accents off, cut to a rough stem, stop words out.
 * Scripts without spaces give pairs of characters. For comparing two texts, not for an index. Pure.
 */
export function contentWords(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [word] of text.normalize("NFKC").matchAll(WORD)) {
    for (const term of DENSE_SCRIPT.test(word) ? characterPairs(word) : [roughStem(word)]) {
      if (term !== "") words.add(term);
    }
  }
  return words;
}

/** Share of `wanted` that `offered` holds, 0 to 1; 0 when nothing is wanted. */
export function coverage(wanted: ReadonlySet<string>, offered: ReadonlySet<string>): number {
  if (wanted.size === 0) return 0;
  let found = 0;
  for (const word of wanted) if (offered.has(word)) found++;
  return found / wanted.size;
}

/** The stem of a single word; empty for a stop word. */
export function roughStem(word: string): string {
  const plain = word.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  if (STOP_WORDS.has(plain)) return "";
  if (plain.length < 4 || /\d/.test(plain)) return plain;
  return plain
    .replace(/(?:ies|ied)$/, "y")
    .replace(/(?:sses)$/, "ss")
    .replace(/([^s])s$/, "$1")
    .replace(/(?<=.{3})(?:ing|ed|ly|ment|e)$/, "");
}

function characterPairs(word: string): string[] {
  const characters = Array.from(word);
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index] ?? ""}${character}`);
}
