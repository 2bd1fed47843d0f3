/** Characters of a word that its first token stands for, about what the usual tokenizers make of English. */
const firstTokenCharacters = 6;

/** Characters that each further token of a word stands for. */
const furtherTokenCharacters = 4;

/** One word with the space before it, a run of punctuation, or a character of a script that is written without spaces. */
const tokenPattern =
  /\s*(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[\p{L}\p{N}\p{M}_']+|[^\s\p{L}\p{N}]{1,4})|\s+$/gu;

/**
 * Cuts a text into pieces of about a token. Joined, they are the text again, so a stream can send them one by one.
 * An estimate: a word of up to six characters is one token, each further four characters are another.
 */
export function splitTokens(text: string): string[] {
  return (text.match(tokenPattern) ?? []).flatMap(splitLong);
}

/** Texts whose count is remembered: the messages of a conversation come again with each of its turns. */
const maxRemembered = 2_000;
const maxRememberedLength = 2_000;
const remembered = new Map<string, number>();

/** The estimated number of tokens of a text: what {@link splitTokens} would cut it into. */
export function countTokens(text: string): number {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const tokens = splitTokens(text).length;
  if (remembered.size >= maxRemembered) remembered.clear();
  if (text.length <= maxRememberedLength) remembered.set(text, tokens);
  return tokens;
}

function splitLong(piece: string): string[] {
  const lead = piece.length - piece.trimStart().length;
  const pieces: string[] = [];
  let start = 0;
  let end = lead + firstTokenCharacters;
  while (end < piece.length) {
    // Never between the halves of a surrogate pair.
    if (isLowSurrogate(piece, end)) end += 1;
    pieces.push(piece.slice(start, end));
    start = end;
    end += furtherTokenCharacters;
  }
  pieces.push(piece.slice(start));
  return pieces.filter((part) => part !== "");
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
