/** What a chunk's size counts. */
export type TextUnit = "characters" | "tokens";

/** A token is four of these, so that a Latin letter is a whole number of them. */
const QUARTERS_PER_TOKEN = 4;
const CHARACTER_COST = 1;
/** Latin letters, digits, ASCII punctuation and spaces: about four to a token. */
const LATIN_QUARTERS = 1;
/** Greek, Cyrillic, Hebrew, Arabic and the like: about two to a token. */
const OTHER_ALPHABET_QUARTERS = 2;
/** Scripts without spaces (Chinese, Japanese, Thai, …) and halves of a surrogate pair: one token each. */
const DENSE_SCRIPT_QUARTERS = 4;
const FIRST_OTHER_ALPHABET_UNIT = 0x0250;
const FIRST_DENSE_SCRIPT_UNIT = 0x0900;

/** Cost of a size limit in the unit's smallest steps: characters, or quarters of a token. */
export function sizeToCost(size: number, unit: TextUnit): number {
  return unit === "characters" ? size : size * QUARTERS_PER_TOKEN;
}

/**
 * Cost of one UTF-16 code unit. Additive, so that a text's cost is the sum of its units'.
 * The token count is an estimate: no tokenizer of any model is consulted, English comes out within about a quarter.
 */
export function unitCost(unit: number, kind: TextUnit): number {
  if (kind === "characters") return CHARACTER_COST;
  if (unit < FIRST_OTHER_ALPHABET_UNIT) return LATIN_QUARTERS;
  return unit < FIRST_DENSE_SCRIPT_UNIT ? OTHER_ALPHABET_QUARTERS : DENSE_SCRIPT_QUARTERS;
}

/**
 * A text's size in tokens, rounded up: the sum of its units' costs, so that what is cut by it fits. Chunks of stored documents
 * rest on it. What a call is charged is estimated by `#ai-gateway/estimate-tokens`, which errs to the high side and is no sum.
 */
export function sizeInTokens(text: string): number {
  let quarters = 0;
  for (let at = 0; at < text.length; at++) quarters += unitCost(text.charCodeAt(at), "tokens");
  return Math.ceil(quarters / QUARTERS_PER_TOKEN);
}

/** UTF-8 bytes of `text.slice(start, end)` without making the slice. A lone surrogate counts three, as its replacement does. */
export function utf8Length(text: string, start = 0, end: number = text.length): number {
  let bytes = 0;
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (isPairAt(text, at) && at + 1 < end) {
      bytes += 4;
      at++;
    } else bytes += 3;
  }
  return bytes;
}

/** Whether a surrogate pair begins at an offset. */
export function isPairAt(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  const low = text.charCodeAt(at + 1);
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
}
