import { BREAK, findBreaks, isBlank, type Heading, type TextBreaks } from "#rag/find-breaks";
import { sizeToCost, unitCost, utf8Length, type TextUnit } from "#rag/measure-text";

/** How to cut a text. `size` and `overlap` count `unit`; `overlap` is below half of `size`. */
export interface Chunking {
  /** `markdown` prefers headings, keeps fenced code together when it fits, and tells each chunk's headings. */
  readonly strategy: "recursive" | "markdown";
  readonly unit: TextUnit;
  readonly size: number;
  readonly overlap: number;
}

/** A piece of a text: `text` equals `source.slice(start, end)`. */
export interface TextChunk {
  readonly text: string;
  /** UTF-16 code units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** UTF-8 bytes, end exclusive. */
  readonly startByte: number;
  readonly endByte: number;
  /** Headings in force where the chunk begins, outermost first, joined by " > ". */
  readonly context: string;
}

/** Longest heading path of a chunk, in code units. */
const MAX_CONTEXT = 240;

/**
 * Cuts a text into chunks of at most `size`, each ending at the best place its second half offers: section, paragraph,
 * line, sentence, word, character. Pure, linear in the text's length.
 *
 * Promises: offsets are exact; every character that is not blank is in some chunk; no surrogate pair is split; no chunk is
 * blank; each chunk begins at least a quarter of `size` after the one before, so there are at most `maxChunkCount` of them.
 */
export function chunkText(text: string, chunking: Chunking): readonly TextChunk[] {
  const breaks = findBreaks(text, chunking.strategy === "markdown");
  const chunks: TextChunk[] = [];
  const positions = new BytePositions(text);
  const headings = new HeadingPath(breaks.headings);
  let start = skipBlanks(text, 0);
  let previous = { end: 0, rest: start };
  while (start < text.length) {
    const found = findCut(text, start, breaks, chunking);
    const end = trimEnd(text, start, found.cut);
    if (end <= previous.end) {
      // Nothing but the overlap and blanks fitted: begin without an overlap.
      start = previous.rest;
      continue;
    }
    const [startByte, endByte] = positions.of(start, end);
    chunks.push({ text: text.slice(start, end), start, end, startByte, endByte, context: headings.at(start) });
    const rest = skipBlanks(text, found.cut);
    if (rest >= text.length) break;
    previous = { end, rest };
    start = breaks.levels[rest] === BREAK.section ? rest : overlapStart(text, end, found, rest, breaks, chunking);
  }
  return chunks;
}

/** Most chunks that a text of `length` code units can give, whatever is in it. */
export function maxChunkCount(length: number, { unit, size }: Pick<Chunking, "unit" | "size">): number {
  const costliest = unit === "characters" ? length : sizeToCost(length, "tokens");
  return Math.ceil((4 * costliest) / sizeToCost(size, unit)) + 1;
}

/** Where a chunk ends, blanks after it included, and the first place where the next one may begin. */
interface Cut {
  readonly cut: number;
  readonly earliestNext: number;
}

/** A code block that begins in the first half is worth ending a chunk before, if only lines of code follow. */
const EARLY_CODE_BLOCK = BREAK.codeLine + 0.5;

function findCut(text: string, start: number, { levels }: TextBreaks, chunking: Chunking): Cut {
  const limit = sizeToCost(chunking.size, chunking.unit);
  const earlyFrom = sizeToCost(chunking.overlap, chunking.unit) + limit / 4;
  const from = Math.max(limit / 2, earlyFrom);
  let cost = 0;
  let earliestNext = text.length;
  let best = { at: 0, worth: 0 };
  let at = start;
  for (; at < text.length; at++) {
    cost += unitCost(text.charCodeAt(at), chunking.unit);
    if (cost > limit) break;
    if (cost >= limit / 4) earliestNext = Math.min(earliestNext, at + 1);
    if (cost < earlyFrom) continue;
    const worth = worthOf(levels[at + 1] ?? BREAK.never, cost < from);
    if (worth > 0 && worth >= best.worth) best = { at: at + 1, worth };
  }
  if (at >= text.length) return { cut: text.length, earliestNext };
  if (best.worth > 0) return { cut: best.at, earliestNext };
  const cut = Math.max(at, start + 1);
  return { cut: levels[cut] === BREAK.never ? cut + 1 : cut, earliestNext };
}

function worthOf(level: number, isEarly: boolean): number {
  if (level === BREAK.section || !isEarly) return level;
  return level === BREAK.codeBlock ? EARLY_CODE_BLOCK : 0;
}

/** Where the next chunk begins: at most `overlap` before `end`, at a sentence or line, else a word; `rest` when there is no room. */
function overlapStart(
  text: string,
  end: number,
  { earliestNext }: Cut,
  rest: number,
  { levels }: TextBreaks,
  chunking: Chunking,
): number {
  const limit = sizeToCost(chunking.overlap, chunking.unit);
  let cost = 0;
  let best = { at: rest, worth: 0 };
  for (let at = end - 1; at >= earliestNext; at--) {
    cost += unitCost(text.charCodeAt(at), chunking.unit);
    if (cost > limit) break;
    const worth = isBlank(text.charCodeAt(at)) ? 0 : worthAsStart(levels[at] ?? BREAK.never);
    // Of equally good places the earliest, for the most context.
    if (worth > 0 && worth >= best.worth) best = { at, worth };
  }
  return best.at;
}

function worthAsStart(level: number): number {
  if (level >= BREAK.sentence) return 3;
  if (level >= BREAK.word) return 2;
  return level === BREAK.character ? 1 : 0;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at))) at++;
  return at;
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start + 1 && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

/** Byte positions of offsets that only grow: each is counted on from the one before. */
class BytePositions {
  readonly #text: string;
  #start = { unit: 0, byte: 0 };

  constructor(text: string) {
    this.#text = text;
  }

  of(start: number, end: number): [startByte: number, endByte: number] {
    const startByte = this.#start.byte + utf8Length(this.#text, this.#start.unit, start);
    this.#start = { unit: start, byte: startByte };
    return [startByte, startByte + utf8Length(this.#text, start, end)];
  }
}

/** The headings in force at offsets that only grow. */
class HeadingPath {
  readonly #headings: readonly Heading[];
  #next = 0;
  #open: Heading[] = [];

  constructor(headings: readonly Heading[]) {
    this.#headings = headings;
  }

  at(offset: number): string {
    for (
      let heading = this.#headings[this.#next];
      heading !== undefined && heading.at <= offset;
      heading = this.#headings[++this.#next]
    ) {
      const { level } = heading;
      this.#open = [...this.#open.filter((open) => open.level < level), heading];
    }
    return this.#open
      .map(({ title }) => title)
      .filter((title) => title !== "")
      .join(" > ")
      .slice(-MAX_CONTEXT)
      .toWellFormed();
  }
}
