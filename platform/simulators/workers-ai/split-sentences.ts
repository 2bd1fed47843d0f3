/** Longest piece that is quoted as one sentence, characters. Text without full stops is cut at a word. */
const maxSentenceLength = 600;

/** Abbreviations after which a sentence goes on. */
const abbreviation = /(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|no|nr|fig|dr|mr|mrs|ms|prof|st|inc|ltd|co|jr|sr)|\b[A-Z])\.$/i;

/** A line that begins or ends code. */
const fence = /^(?:```|~~~)/;

/**
 * The sentences of a text, word for word; a line break inside a sentence becomes a space. Headings and comments are left
 * out, and so is fenced code unless `hasCode`. Each list item stands for itself, and each row of a table but its head: its
 * cells, joined by colons.
 */
export function splitSentences(text: string, { hasCode = false } = {}): string[] {
  return paragraphsOf(text, hasCode).flatMap(sentencesOf).flatMap(cutLong);
}

/** Whether a sentence asks something. */
export function isQuestion(sentence: string): boolean {
  if (/\?["')\]]*\s*$/.test(sentence)) return true;
  return (
    /^(?:who|whom|whose|what|when|where|why|which|how|is|are|was|were|do|does|did|can|could|will|would|should|may)\b/i.test(
      sentence.trim(),
    ) && !/[.!]\s*$/.test(sentence)
  );
}

function paragraphsOf(text: string, hasCode: boolean): string[] {
  const paragraphs: string[] = [];
  const lines = text.replace(/<!--[^]*?-->/g, "").split(/\r?\n/);
  let open = false;
  let isCode = beginsInCode(lines);
  for (const rawLine of lines) {
    const line = rawLine.trim();
    const isFence = fence.test(line);
    if (isFence) isCode = !isCode;
    if (isFence || (isCode && !hasCode) || line === "" || /^#{1,6}\s/.test(line) || /^[-=*_]{3,}$/.test(line)) {
      open = false;
      continue;
    }
    if (/^\|.*\|$/.test(line)) {
      const cells = cellsOf(line);
      // Below the head of a table: the line before it says nothing.
      if (cells.every((cell) => /^:?-+:?$/.test(cell))) paragraphs.pop();
      else paragraphs.push(cells.join(": "));
      open = false;
      continue;
    }
    const isItem = /^(?:[-*•+]|\d{1,3}[.)])\s+/.test(line);
    const content = isItem ? line.replace(/^(?:[-*•+]|\d{1,3}[.)])\s+/, "") : line;
    if (open && !isItem) paragraphs.push(`${paragraphs.pop() ?? ""} ${content}`);
    else paragraphs.push(content);
    open = true;
  }
  return paragraphs;
}

/** A passage can be cut out of the middle of code: then its first fence names no language, and one of its fences has no partner. */
function beginsInCode(lines: readonly string[]): boolean {
  const fences = lines.map((line) => line.trim()).filter((line) => fence.test(line));
  return fences.length % 2 === 1 && /^[`~]+$/.test(fences[0] ?? "");
}

/** Cells of a table's row that hold something. */
function cellsOf(row: string): string[] {
  const cells = row.slice(1, -1).split("|");
  return cells.map((cell) => cell.trim()).filter((cell) => cell !== "");
}

function sentencesOf(paragraph: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const match of paragraph.matchAll(/[.!?]+["'”’)\]]*\s+|[。！？]/g)) {
    const end = match.index + match[0].length;
    const sentence = paragraph.slice(start, end).trim();
    if (match[0].startsWith(".") && (abbreviation.test(sentence) || /^\p{Ll}/u.test(paragraph.slice(end)))) continue;
    sentences.push(sentence);
    start = end;
  }
  sentences.push(paragraph.slice(start).trim());
  return sentences.filter((sentence) => sentence !== "");
}

function cutLong(sentence: string): string[] {
  if (sentence.length <= maxSentenceLength) return [sentence];
  const space = sentence.lastIndexOf(" ", maxSentenceLength);
  const end = space > 0 ? space : maxSentenceLength;
  return [sentence.slice(0, end), ...cutLong(sentence.slice(end).trim())];
}
