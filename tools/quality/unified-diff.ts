const contextLines = 3;

type Edit = readonly [mark: " " | "-" | "+", line: string];

/**
 * What changed from one text to another, in the unified format, without the two lines of file names; empty when the
 * texts are equal. Time and space grow with the product of the lengths between the first and the last change, which
 * is fine for the few thousand lines of a kept file.
 */
export function unifiedDiff(before: string, after: string): string {
  if (before === after) return "";
  const edits = editLines(splitLines(before), splitLines(after));
  return hunks(edits).join("\n");
}

/** A missing newline at the end of the text is a difference too. */
function splitLines(text: string): string[] {
  const lines = text.split("\n");
  const last = lines.pop();
  if (last !== undefined && last !== "") lines.push(`${last} (no newline at the end)`);
  return lines;
}

function editLines(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end++;
  }
  const same = (lines: readonly string[]): Edit[] => lines.map((line) => [" ", line]);
  return [
    ...same(before.slice(0, start)),
    ...editMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

/** Longest common subsequence, by the table of lengths. */
function editMiddle(before: readonly string[], after: readonly string[]): Edit[] {
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      common[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const edits: Edit[] = [];
  let row = 0;
  let column = 0;
  while (row < before.length || column < after.length) {
    const removed = before[row];
    const added = after[column];
    if (removed !== undefined && removed === added) {
      edits.push([" ", removed]);
      row++;
      column++;
    } else if (removed !== undefined && (added === undefined || at(row + 1, column) >= at(row, column + 1))) {
      edits.push(["-", removed]);
      row++;
    } else if (added !== undefined) {
      edits.push(["+", added]);
      column++;
    }
  }
  return edits;
}

function hunks(edits: readonly Edit[]): string[] {
  const isShown = edits.map((_, index) =>
    edits.slice(Math.max(0, index - contextLines), index + contextLines + 1).some(([mark]) => mark !== " "),
  );
  const lines: string[] = [];
  let beforeLine = 1;
  let afterLine = 1;
  edits.forEach(([mark, line], index) => {
    if (isShown[index] === true) {
      if (isShown[index - 1] !== true) lines.push(`@@ -${String(beforeLine)} +${String(afterLine)} @@`);
      lines.push(`${mark}${line}`);
    }
    if (mark !== "+") beforeLine++;
    if (mark !== "-") afterLine++;
  });
  return lines;
}
