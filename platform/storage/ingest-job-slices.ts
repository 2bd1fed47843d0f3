/** Longest slice of a document's JSON, in UTF-16 units: at three bytes each it fits into a row of D1. */
const MAX_SLICE_LENGTH = 300_000;

/** Cuts a text into slices that UTF-8 can hold one by one: no cut is inside a surrogate pair. */
export function sliceText(text: string, maxLength: number = MAX_SLICE_LENGTH): readonly string[] {
  const slices: string[] = [];
  let start = 0;
  while (start < text.length) {
    let end = Math.min(start + maxLength, text.length);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last < 0xdc00) end--;
    slices.push(text.slice(start, end));
    start = end;
  }
  return slices;
}
