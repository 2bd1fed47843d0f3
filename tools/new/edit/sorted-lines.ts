import { edited, noPlace, type EditResult } from "./edit-result.js";

/** Where a line belongs: among those below `after` that look like `like`. */
export interface LinePlace {
  /** The first line that holds this text comes before the place; without it, the place is anywhere. */
  readonly after?: string;
  /** Regular expression that every line of the place matches, the new one too. */
  readonly like: string;
  readonly line: string;
}

/** Adds a line before the first of its kind that sorts after it, else below the last one. Pure. */
export function addLine(text: string, { after, like, line }: LinePlace): EditResult {
  const lines = text.split("\n");
  const alike = blockOf(lines, after, like);
  const last = alike.at(-1);
  if (last === undefined) return noPlace(`no line there looks like ${line.trim()}`);
  if (alike.some((index) => lines[index] === line)) return edited(text);
  const next = alike.find((index) => (lines[index] ?? "") > line);
  return edited(lines.toSpliced(next ?? last + 1, 0, line).join("\n"));
}

/** Takes a line away, if it is there. Pure. */
export function removeLine(text: string, { after, like, line }: LinePlace): EditResult {
  const lines = text.split("\n");
  const index = blockOf(lines, after, like).find((candidate) => lines[candidate] === line);
  return edited(index === undefined ? text : lines.toSpliced(index, 1).join("\n"));
}

/** Indexes of the lines that look alike, up to the first empty line below them. */
function blockOf(lines: readonly string[], after: string | undefined, like: string): readonly number[] {
  const from = after === undefined ? 0 : lines.findIndex((line) => line.includes(after));
  if (from === -1) return [];
  const pattern = new RegExp(like);
  const first = lines.findIndex((line, index) => index >= from && pattern.test(line));
  if (first === -1) return [];
  const end = lines.findIndex((line, index) => index > first && line.trim() === "");
  const block = lines.slice(first, end === -1 ? undefined : end);
  return block.flatMap((line, index) => (pattern.test(line) ? [first + index] : []));
}
