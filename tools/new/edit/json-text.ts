import { findNodeAtLocation, getNodeValue, parseTree, type Node, type ParseError } from "jsonc-parser";

import { edited, noPlace, type EditResult } from "./edit-result.js";
import { insertChild, removeChild } from "./json-children.js";

/** Keys and indexes from the root to a value. */
export type JsonPath = readonly (string | number)[];

/**
 * Sets a value in JSON with comments, or takes it away when it is `undefined`. Everything else in the text stays as it is: a
 * comment keeps its place, a line its format. An index one past the end of a list adds to it. Pure.
 */
export function setJson(text: string, at: JsonPath, value: unknown): EditResult {
  const root = parseJson(text);
  if (root === undefined) return noPlace("it is not JSON");
  const node = findNodeAtLocation(root, [...at]);
  if (node !== undefined && isSame(getNodeValue(node), value)) return edited(text);
  if (value === undefined) {
    const child = node?.parent?.type === "property" ? node.parent : node;
    return edited(child?.parent === undefined ? text : removeChild(text, child.parent, child));
  }
  if (node !== undefined) {
    const literal = jsonLiteral(value, indentAt(text, node.offset), indentOf(text));
    return edited(text.slice(0, node.offset) + literal + text.slice(node.offset + node.length));
  }
  return insert(text, root, at, value);
}

/** The value in a text of JSON with comments; `undefined` where there is none. */
export function jsonAt(text: string, at: JsonPath): unknown {
  const root = parseJson(text);
  const node = root === undefined ? undefined : findNodeAtLocation(root, [...at]);
  return node === undefined ? undefined : getNodeValue(node);
}

/** Adds the value to the nearest object or list on its way that exists; what is missing between is made. */
function insert(text: string, root: Node, at: JsonPath, value: unknown): EditResult {
  let depth = at.length - 1;
  while (depth > 0 && findNodeAtLocation(root, at.slice(0, depth)) === undefined) depth--;
  const parent = findNodeAtLocation(root, at.slice(0, depth));
  const key = at[depth];
  const isFitting = typeof key === "string" ? parent?.type === "object" : parent?.type === "array";
  if (parent === undefined || key === undefined || !isFitting)
    return noPlace(`${at.slice(0, depth).join(".")} holds something else`);
  const inner = at
    .slice(depth + 1)
    .reduceRight((held, part) => (typeof part === "string" ? { [part]: held } : [held]), value);
  const unit = indentOf(text);
  const prefix = typeof key === "string" ? `${JSON.stringify(key)}: ` : "";
  return edited(insertChild(text, parent, (indent) => prefix + jsonLiteral(inner, indent, unit), unit));
}

function parseJson(text: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  return errors.length > 0 ? undefined : root;
}

/** Longest text of an object or list of plain values that is written on one line. */
const MAX_INLINE = 60;

/** A value as it is written behind an indent, what is short and flat on one line; `undefined` as indent: all of it. */
function jsonLiteral(value: unknown, indent: string | undefined, unit: string): string {
  const inline = JSON.stringify(value, null, 1)
    .replace(/\n\s*/g, " ")
    .replace(/\[ | \]/g, (part) => part.trim());
  if (indent === undefined || typeof value !== "object" || value === null) return inline;
  const isFlat = Object.values(value).every((part) => typeof part !== "object");
  if (isFlat && inline.length <= MAX_INLINE) return inline;
  const inner = indent + unit;
  const parts = Object.entries(value).map(([key, part]: [string, unknown]) => {
    const literal = jsonLiteral(part, inner, unit);
    return `${inner}${Array.isArray(value) ? "" : `${JSON.stringify(key)}: `}${literal}`;
  });
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open ?? ""}\n${parts.join(",\n")}\n${indent}${close ?? ""}`;
}

/** One step of the text's indentation. */
function indentOf(text: string): string {
  return /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ";
}

/** The indentation of the line of an offset. */
function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset) + 1))?.[0] ?? "";
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
