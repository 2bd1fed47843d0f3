import { isPairAt } from "#rag/measure-text";

/** How good a place between two code units is to end a chunk at. Greater is better; 0 is never allowed. */
export const BREAK = {
  /** Inside a surrogate pair. */
  never: 0,
  /** Inside what a reader sees as one character, or between CR and LF. */
  insideCluster: 1,
  character: 2,
  word: 3,
  /** After a line of a fenced code block. */
  codeLine: 4,
  sentence: 5,
  line: 6,
  /** After a blank line, or after a fenced code block. */
  paragraph: 7,
  /** Before a fenced code block. */
  codeBlock: 8,
  /** Before a Markdown heading. */
  section: 9,
} as const;

/** A Markdown heading and where its line begins. */
export interface Heading {
  readonly at: number;
  /** 1 to 6. */
  readonly level: number;
  readonly title: string;
}

export interface TextBreaks {
  /** `levels[i]`: quality of a break before code unit `i`; length is the text's plus one. */
  readonly levels: Uint8Array;
  /** In the order of the text; empty when Markdown was not asked for. */
  readonly headings: readonly Heading[];
}

const SENTENCE_END = /[.!?…]["')\]»”’]*$/;
const DENSE_SENTENCE_END = /[。!?]/;
const CLUSTER_CONTINUATION = /[\p{M}\u200d\ufe0f]/u;
const HEADING_LINE = /^ {0,3}(#{1,6})[ \t]+(.*)$/;
const FENCE_LINE = /^ {0,3}(`{3,}|~{3,})/;
/** Enough of a line to tell what it is. */
const MAX_LINE_HEAD = 400;
/** Longest title that is kept of a heading, in code units. */
const MAX_HEADING_TITLE = 120;

/** Rates every place of a text as an end of a chunk. One pass, linear in the text's length. */
export function findBreaks(text: string, isMarkdown: boolean): TextBreaks {
  const levels = rateCharacters(text);
  const headings = rateLines(text, levels, isMarkdown);
  levels[0] = BREAK.section;
  levels[text.length] = BREAK.section;
  return { levels, headings };
}

function rateCharacters(text: string): Uint8Array {
  const levels = new Uint8Array(text.length + 1);
  for (let at = 1; at < text.length; at++) levels[at] = rateCharacter(text, at);
  return levels;
}

function rateCharacter(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  if (isPairAt(text, at - 1)) return BREAK.never;
  if (before === CR && after === LF) return BREAK.insideCluster;
  if (isBlank(before) && !isBlank(after)) return endsSentence(text, at) ? BREAK.sentence : BREAK.word;
  if (before > LAST_ASCII && DENSE_SENTENCE_END.test(text.charAt(at - 1))) return BREAK.sentence;
  if (after > LAST_ASCII && CLUSTER_CONTINUATION.test(text.charAt(at))) return BREAK.insideCluster;
  if (before === ZERO_WIDTH_JOINER) return BREAK.insideCluster;
  return BREAK.character;
}

/** Whether the blanks before an offset follow the end of a sentence. Looks back a few units only. */
function endsSentence(text: string, at: number): boolean {
  let end = at;
  while (end > 0 && at - end < 4 && isBlank(text.charCodeAt(end - 1))) end--;
  return SENTENCE_END.test(text.slice(Math.max(0, end - 4), end));
}

function rateLines(text: string, levels: Uint8Array, isMarkdown: boolean): Heading[] {
  const headings: Heading[] = [];
  let fence: string | undefined;
  let isAfterBlank = false;
  for (let at = 0; at < text.length;) {
    const next = nextLine(text, at);
    const head = text.slice(at, Math.min(next, at + MAX_LINE_HEAD)).trimEnd();
    const marker = isMarkdown ? FENCE_LINE.exec(head)?.[1] : undefined;
    const heading = isMarkdown && fence === undefined ? HEADING_LINE.exec(head) : null;
    levels[at] = rateLine(fence !== undefined, marker !== undefined, isAfterBlank);
    if (heading !== null) {
      levels[at] = BREAK.section;
      headings.push({ at, level: heading[1]?.length ?? 1, title: cleanTitle(heading[2] ?? "") });
    }
    const isClosing = fence !== undefined && marker?.startsWith(fence) === true;
    fence = isClosing ? undefined : (fence ?? marker);
    isAfterBlank = isClosing || head.trim() === "";
    at = next;
  }
  return headings;
}

function rateLine(isInFence: boolean, isFence: boolean, isAfterBlank: boolean): number {
  if (isInFence) return BREAK.codeLine;
  if (isFence) return BREAK.codeBlock;
  return isAfterBlank ? BREAK.paragraph : BREAK.line;
}

/** Offset after a line's end: LF, CR LF or CR. */
function nextLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== LF && text.charCodeAt(at) !== CR) at++;
  if (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF) at++;
  return Math.min(at + 1, text.length);
}

function cleanTitle(raw: string): string {
  return raw
    .replace(/[ \t]+#+$/, "")
    .trim()
    .slice(0, MAX_HEADING_TITLE)
    .toWellFormed();
}

const LF = 0x0a;
const CR = 0x0d;
const LAST_ASCII = 0x7f;
const ZERO_WIDTH_JOINER = 0x200d;

/** Spaces, tabs and line ends, as far as chunking is concerned. */
export function isBlank(unit: number): boolean {
  return (
    unit === 0x20 ||
    (unit >= 0x09 && unit <= 0x0d) ||
    unit === 0xa0 ||
    unit === 0x3000 ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0xfeff
  );
}
