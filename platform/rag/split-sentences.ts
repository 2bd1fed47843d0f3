/** A stretch of a text, in UTF-16 code units, end exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A sentence's end, or a line's. A full stop counts before a blank, a citation or the end; "1.5" has none. */
const BOUNDARY = /[.!?…]["')”’]{0,3}(?=\s|\[\d|$)|[。！？]|\n/g;

/** Divides a text into sentences and lines, without the blanks around them. In order, not overlapping, none blank. Pure. */
export function splitSentences(text: string): readonly TextRange[] {
  const ranges: TextRange[] = [];
  let start = 0;
  for (const { index, 0: mark } of text.matchAll(BOUNDARY)) {
    pushTrimmed(text, start, index + mark.length, ranges);
    start = index + mark.length;
  }
  pushTrimmed(text, start, text.length, ranges);
  return ranges;
}

function pushTrimmed(text: string, from: number, to: number, ranges: TextRange[]): void {
  const piece = text.slice(from, to);
  const start = from + (piece.length - piece.trimStart().length);
  const end = from + piece.trimEnd().length;
  if (end > start) ranges.push({ start, end });
}
