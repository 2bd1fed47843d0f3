/**
 * A text is said sentence by sentence, in pieces of about so many characters: short ones would each cost a call. The first
 * piece is shorter: until it is said, nothing is heard.
 */
const PIECE_CHARACTERS = { first: 40, others: 200 } as const;

/**
 * Cuts a text into pieces to be said one after the other, between sentences; a sentence of more than `maxCharacters` between
 * words; a word of more than that anywhere but in the middle of a character. Together the pieces are the text, without the
 * white space around them. Sentences end by Unicode's rules, which hold for all scripts
 * (unicode.org/reports/tr29/#Sentence_Boundaries).
 */
export function splitSentences(
  text: string,
  maxCharacters: number,
  pieceCharacters: { first: number; others: number } = PIECE_CHARACTERS,
): string[] {
  const sentences = new Intl.Segmenter("en", { granularity: "sentence" });
  const pieces: string[] = [];
  let piece = "";
  for (const { segment } of sentences.segment(text.toWellFormed())) {
    if ((piece + segment).length > maxCharacters) piece = flush(pieces, piece);
    piece += segment;
    while (piece.length > maxCharacters) {
      const end = breakBefore(piece, maxCharacters);
      flush(pieces, piece.slice(0, end));
      piece = piece.slice(end);
    }
    if (piece.length >= (pieces.length === 0 ? pieceCharacters.first : pieceCharacters.others))
      piece = flush(pieces, piece);
  }
  flush(pieces, piece);
  return pieces;
}

function flush(pieces: string[], piece: string): "" {
  const said = piece.trim();
  // What no voice can say is no piece: a model refuses it, or makes noise.
  if (/[\p{L}\p{N}]/u.test(said)) pieces.push(said);
  return "";
}

/** Where to cut a text: behind the last white space within the limit, or at the limit. */
function breakBefore(text: string, limit: number): number {
  const space = text.slice(0, limit).search(/\s\S*$/);
  if (space > 0) return space + 1;
  return text.slice(0, limit).isWellFormed() ? limit : limit - 1;
}
