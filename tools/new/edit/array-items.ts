import { edited, noPlace, type EditResult } from "./edit-result.js";

/** A name in a list of TypeScript: the first `[…]` that holds names only, behind a text. */
export interface ArrayPlace {
  readonly after: string;
  readonly item: string;
}

/** Adds a name at the end of the list, if it is not in it. Pure. */
export function addItem(text: string, { after, item }: ArrayPlace): EditResult {
  const from = text.indexOf(after);
  const match = from === -1 ? null : /\[(\s*\w+(?:\s*,\s*\w+)*)?(\s*,?\s*)\]/.exec(text.slice(from));
  if (match === null) return noPlace(`there is no list of names behind "${after}"`);
  const [whole, names = "", end = ""] = match;
  const items = names.split(",").map((name) => name.trim());
  if (items.includes(item)) return edited(text);
  const list = names === "" ? `[${item}]` : `[${names}, ${item}${end}]`;
  const start = from + match.index;
  return edited(text.slice(0, start) + list + text.slice(start + whole.length));
}
