import { contentWords } from "#rag/content-words";

/** Highest number a marker may hold: "[20261]" is no citation. */
const MAX_MARKER_DIGITS = 4;
/** Most sources a range such as `[1-3]` stands for. */
const MAX_RANGE = 20;

/** `[1]`, `[1, 2]`, `[1-3]`. */
const MARKER = new RegExp(
  `\\[(\\d{1,${MAX_MARKER_DIGITS}}(?:[ \\t]{0,3}[,;–-][ \\t]{0,3}\\d{1,${MAX_MARKER_DIGITS}}){0,${MAX_RANGE}})\\]`,
  "g",
);
/** Markers in a row, and the sign behind them. */
const MARKERS = new RegExp(`(?:${MARKER.source}[ \\t]{0,3})+[.,;]?`, "g");
/** What may still become a marker. */
const MARKER_BEGINNING = /^\[[\d \t,;–-]*$/;
const MAX_MARKER_LENGTH = 200;

/** The numbers that a text cites, in order of first mention. Pure. */
export function citedNumbers(text: string): readonly number[] {
  return [...new Set([...text.matchAll(MARKER)].flatMap((match) => numbersOf(match[1] ?? "")))];
}

/** The text without its markers. */
export function withoutMarkers(text: string): string {
  return text.replace(MARKER, "");
}

/**
 * Divides a sentence behind its markers: "A [1] and B [2]." says two things. Markers without words before them stay with
 * the part before; what stands behind the last marker is a part of its own. Joined, the parts are the sentence. Pure.
 */
export function splitAfterMarkers(sentence: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (const { index, 0: markers } of sentence.matchAll(MARKERS)) {
    const end = index + markers.length;
    const part = sentence.slice(start, end);
    if (parts.length > 0 && contentWords(sentence.slice(start, index)).size === 0)
      parts.push((parts.pop() ?? "") + part);
    else parts.push(part);
    start = end;
  }
  if (start < sentence.length) parts.push(sentence.slice(start));
  return parts;
}

/**
 * Takes citations of sources that do not exist out of an answer while it streams. Pieces may cut a marker anywhere;
 * what comes out, joined, does not depend on where.
 */
export class UnknownMarkerFilter {
  readonly #isKnown: (n: number) => boolean;
  readonly #unknown = new Set<number>();
  #held = "";

  /** @param sourceCount sources are numbered from 1 to this. */
  constructor(sourceCount: number) {
    this.#isKnown = (n) => n >= 1 && n <= sourceCount;
  }

  /** Numbers that were cited although there is no such source. */
  get unknown(): readonly number[] {
    return [...this.#unknown];
  }

  /** Returns what can be shown already. */
  push(piece: string): string {
    const text = this.#held + piece;
    const open = text.lastIndexOf("[");
    const isUndecided = open >= 0 && text.length - open < MAX_MARKER_LENGTH && MARKER_BEGINNING.test(text.slice(open));
    this.#held = isUndecided ? text.slice(open) : "";
    return this.#clean(isUndecided ? text.slice(0, open) : text);
  }

  /** Returns what was held back at the end. */
  flush(): string {
    const rest = this.#held;
    this.#held = "";
    return this.#clean(rest);
  }

  #clean(text: string): string {
    return text.replace(MARKER, (marker, list: string) => {
      const numbers = numbersOf(list);
      const known = numbers.filter(this.#isKnown);
      for (const n of numbers) if (!this.#isKnown(n)) this.#unknown.add(n);
      if (known.length === numbers.length) return marker;
      return known.length === 0 ? "" : `[${known.join(", ")}]`;
    });
  }
}

function numbersOf(list: string): number[] {
  return list.split(/[,;]/).flatMap((part) => {
    const [first, last] = part.split(/[–-]/).map((text) => Number.parseInt(text, 10));
    if (first === undefined) return [];
    if (last === undefined || last < first || last - first >= MAX_RANGE)
      return last === undefined ? [first] : [first, last];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
