import type { Node } from "jsonc-parser";

/** What stands behind a child: the offset of its comma, if it has one, and where its line ends, comments on it included. */
interface Tail {
  readonly comma: number | undefined;
  /** Offset of the line break behind it; `undefined` when something else comes before one. */
  readonly lineEnd: number | undefined;
}

/**
 * Adds a property or an item at the end of an object or list: on a line of its own where the others have that, else behind
 * the last. The comment behind the last one stays with it. `print` is told the indentation, or nothing for one line.
 */
export function insertChild(
  text: string,
  parent: Node,
  print: (indent: string | undefined) => string,
  unit: string,
): string {
  const close = parent.offset + parent.length - 1;
  const last = parent.children?.at(-1);
  if (last === undefined) {
    const outer = lineIndent(text, parent.offset);
    return `${text.slice(0, parent.offset + 1)}\n${outer}${unit}${print(outer + unit)}\n${outer}${text.slice(close)}`;
  }
  const end = last.offset + last.length;
  const { comma, lineEnd } = tailOf(text, end, close);
  if (lineEnd === undefined) return `${text.slice(0, end)}, ${print(undefined)}${text.slice(end)}`;
  const indent = lineIndent(text, last.offset);
  const separated = comma === undefined ? `${text.slice(0, end)},${text.slice(end, lineEnd)}` : text.slice(0, lineEnd);
  // Who writes commas behind the last one gets one.
  return `${separated}${newlineAt(text, lineEnd)}${indent}${print(indent)}${comma === undefined ? "" : ","}${text.slice(lineEnd)}`;
}

/** Takes a property or an item away, with its comma and what else stands on its lines. Comments above it stay. */
export function removeChild(text: string, parent: Node, child: Node): string {
  const children = parent.children ?? [];
  const index = children.indexOf(child);
  const [previous, next] = [children[index - 1], children[index + 1]];
  const end = child.offset + child.length;
  const { comma, lineEnd } = tailOf(text, end, next?.offset ?? parent.offset + parent.length - 1);
  const lineStart = text.lastIndexOf("\n", child.offset) + 1;
  const isAlone = lineEnd !== undefined && text.slice(lineStart, child.offset).trim() === "";
  // When the last one goes, the one before it needs no comma any more.
  const isLast = previous !== undefined && next === undefined && comma === undefined;
  const spare = isLast ? tailOf(text, previous.offset + previous.length, child.offset, true).comma : undefined;
  if (isAlone) {
    const without = text.slice(0, lineStart) + text.slice(lineEnd).replace(/^\r?\n/, "");
    return spare === undefined ? without : without.slice(0, spare) + without.slice(spare + 1);
  }
  if (spare !== undefined && text.slice(spare + 1, child.offset).trim() === "")
    return text.slice(0, spare) + text.slice(end);
  return text.slice(0, child.offset) + text.slice(comma === undefined ? end : comma + 1).replace(/^[ \t]+/, "");
}

/** Comments, commas and line breaks: all that may stand between two children. */
const BETWEEN = /\/\/[^\n]*|\/\*[^]*?\*\/|,|\r?\n/g;

function tailOf(text: string, from: number, to: number, isBeyondLine = false): Tail {
  let comma: number | undefined;
  for (const { 0: token, index } of text.slice(from, to).matchAll(BETWEEN)) {
    if (token === ",") comma = from + index;
    else if (!isBeyondLine && /^\r?\n$/.test(token)) return { comma, lineEnd: from + index };
  }
  return { comma, lineEnd: undefined };
}

function lineIndent(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset) + 1))?.[0] ?? "";
}

function newlineAt(text: string, offset: number): string {
  return text.startsWith("\r", offset) ? "\r\n" : "\n";
}
