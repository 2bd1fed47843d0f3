import { parseCalls, parseList, type BuildCall, type ListItem, type Range } from "./build-syntax.js";
import { edited, noPlace, type EditResult } from "./edit-result.js";

/** A text in a list attribute of a rule. */
export interface ListEdit {
  /** Name of the rule. */
  readonly target: string;
  readonly attribute: string;
  readonly act: "add" | "remove";
  readonly text: string;
}

/**
 * Adds a text to a list of a rule, in the order of buildifier, or takes it away. A list that is not there is made; comments
 * and everything else stay as they are. Pure.
 */
export function editList(file: string, { target, attribute, act, text }: ListEdit): EditResult {
  const call = parseCalls(file).find(({ name }) => name === target);
  if (call === undefined) return noPlace(`it has no rule called "${target}"`);
  const range = call.attributes.get(attribute);
  if (range === undefined) return edited(act === "add" ? addAttribute(file, call, attribute, `["${text}"]`) : file);
  const items = parseList(file, range);
  if (items === undefined) return noPlace(`${attribute} of "${target}" is no plain list`);
  const item = items.find((candidate) => candidate.text === text);
  if (act === "remove") return edited(item === undefined ? file : removeItem(file, range, items, item));
  return edited(item === undefined ? addItem(file, range, items, text) : file);
}

/** Gives a rule a text attribute. Another text that is there stays: the edit has no place then. Pure. */
export function setText(file: string, { target, attribute, text }: Omit<ListEdit, "act">): EditResult {
  const call = parseCalls(file).find(({ name }) => name === target);
  if (call === undefined) return noPlace(`it has no rule called "${target}"`);
  const range = call.attributes.get(attribute);
  if (range === undefined) return edited(addAttribute(file, call, attribute, `"${text}"`));
  const value = file.slice(range.start, range.end);
  return value === `"${text}"` ? edited(file) : noPlace(`"${target}" has ${attribute} = ${value} already`);
}

/** Adds a rule at the end of a file that has none of this name, and loads it from //tools/build:defs.bzl. Pure. */
export function addCall(file: string, target: string, text: string): EditResult {
  if (parseCalls(file).some(({ name }) => name === target)) return edited(file);
  const [rule = ""] = /^\w+/.exec(text) ?? [];
  return edited(`${addLoad(file, rule).trimEnd()}\n\n${text.trim()}\n`);
}

/** Takes the rule of this name away, with the comment right above it and a load that nobody else needs. Pure. */
export function removeCall(file: string, target: string): EditResult {
  const call = parseCalls(file).find(({ name }) => name === target);
  if (call === undefined) return edited(file);
  const comment = /(?:^#[^\n]*\n)+$/m.exec(file.slice(0, call.start))?.[0] ?? "";
  const before = file.slice(0, call.start - comment.length).trimEnd();
  const after = file.slice(call.end).trim();
  const rest = `${[before, after].filter((part) => part !== "").join("\n\n")}\n`;
  return edited(parseCalls(rest).some(({ rule }) => rule === call.rule) ? rest : removeLoad(rest, call.rule));
}

const DEFS = "//tools/build:defs.bzl";

/** The load statement of our macros, and its symbols. */
function loadOf(file: string): { readonly call: BuildCall; readonly symbols: readonly string[] } | undefined {
  const call = parseCalls(file).find(({ rule, texts }) => rule === "load" && texts[0] === DEFS);
  return call === undefined ? undefined : { call, symbols: call.texts.slice(1) };
}

function addLoad(file: string, symbol: string): string {
  const load = loadOf(file);
  if (load === undefined) {
    const docstring = /^"""[^]*?"""\n+/.exec(file)?.[0] ?? "";
    const rest = file.slice(docstring.length);
    return `${docstring}load("${DEFS}", "${symbol}")\n${rest === "" ? "" : "\n"}${rest}`;
  }
  if (load.symbols.includes(symbol)) return file;
  return replaceLoad(file, load.call, [...load.symbols, symbol].toSorted());
}

function removeLoad(file: string, symbol: string): string {
  const load = loadOf(file);
  if (load?.symbols.includes(symbol) !== true) return file;
  return replaceLoad(
    file,
    load.call,
    load.symbols.filter((other) => other !== symbol),
  );
}

function replaceLoad(file: string, { start, end }: BuildCall, symbols: readonly string[]): string {
  if (symbols.length === 0) return file.slice(0, start) + file.slice(end).replace(/^\n+/, "");
  const list = [DEFS, ...symbols].map((text) => `"${text}"`).join(", ");
  return `${file.slice(0, start)}load(${list})${file.slice(end)}`;
}

/** Where buildifier puts an attribute, if not among all others by its letters. */
const PLACES: ReadonlyMap<string, number> = new Map([
  ["name", -2],
  ["srcs", -1],
  ["deps", 1],
]);

function isBefore(attribute: string, other: string): boolean {
  const distance = (PLACES.get(attribute) ?? 0) - (PLACES.get(other) ?? 0);
  return distance < 0 || (distance === 0 && attribute < other);
}

/** Makes an attribute, before the first that comes after it in the order of buildifier. */
function addAttribute(file: string, call: BuildCall, attribute: string, value: string): string {
  const end = call.end - 1;
  const open = file.indexOf("(", call.start) + 1;
  const body = file.slice(open, end);
  const text = `${attribute} = ${value}`;
  const next = [...call.attributes].find(([other]) => isBefore(attribute, other))?.[1];
  if (body.includes("\n")) {
    if (next !== undefined) return insertLine(file, next.start, `${text},`, next.start);
    return `${file.slice(0, end).trimEnd().replace(/,?$/, ",")}\n    ${text},\n${file.slice(end)}`;
  }
  const attributes = body
    .trim()
    .replace(/,$/, "")
    .split(/,\s*(?![^[]*\])/);
  const at = next === undefined ? attributes.length : [...call.attributes.values()].indexOf(next);
  const lines = attributes
    .toSpliced(at, 0, text)
    .map((line) => `    ${line},\n`)
    .join("");
  return `${file.slice(0, open)}\n${lines}${file.slice(end)}`;
}

function addItem(file: string, range: Range, items: readonly ListItem[], text: string): string {
  const next = items.find((item) => compareItems(item.text, text) > 0);
  if (!file.slice(range.start, range.end).includes("\n")) {
    const texts = items.map((item) => item.text);
    return replaceList(file, range, texts.toSpliced(next === undefined ? texts.length : items.indexOf(next), 0, text));
  }
  if (next !== undefined) return insertLine(file, next.start, `"${text}",`, next.start);
  const last = items.at(-1);
  const closed =
    last === undefined || hasComma(file, last, range) ? file : `${file.slice(0, last.end)},${file.slice(last.end)}`;
  const moved = closed.length - file.length;
  return insertLine(closed, range.end - 1 + moved, `"${text}",`, last?.start);
}

/** Puts a line before the one of an offset, indented as the line of another offset is. */
function insertLine(file: string, offset: number, line: string, like: number | undefined): string {
  const at = file.lastIndexOf("\n", offset - 1) + 1;
  const indent = like === undefined ? "        " : indentOf(file, like);
  return `${file.slice(0, at)}${indent}${line}\n${file.slice(at)}`;
}

function indentOf(file: string, offset: number): string {
  return /^[ \t]*/.exec(file.slice(file.lastIndexOf("\n", offset) + 1))?.[0] ?? "";
}

/** Whether a comma stands behind the last text of a list; one in a comment is none. */
function hasComma(file: string, last: ListItem, range: Range): boolean {
  return file
    .slice(last.end, range.end)
    .replace(/#[^\n]*/g, "")
    .includes(",");
}

/** A list without comments, as buildifier has it: more than one text get a line each. */
function replaceList(file: string, range: Range, texts: readonly string[]): string {
  const indent = indentOf(file, range.start);
  const lines = texts.map((text) => `${indent}    "${text}",\n`).join("");
  const list = texts.length > 1 ? `[\n${lines}${indent}]` : `[${texts.map((text) => `"${text}"`).join("")}]`;
  return file.slice(0, range.start) + list + file.slice(range.end);
}

function removeItem(file: string, range: Range, items: readonly ListItem[], item: ListItem): string {
  const rest = items.filter((other) => other !== item);
  const inner = file.slice(range.start, range.end);
  if (!inner.includes("#") && (rest.length <= 1 || !inner.includes("\n"))) {
    return replaceList(
      file,
      range,
      rest.map(({ text }) => text),
    );
  }
  const [start, end] = [file.lastIndexOf("\n", item.start) + 1, file.indexOf("\n", item.end) + 1];
  const isAlone =
    start > range.start && !items.some((other) => other !== item && other.start >= start && other.end <= end);
  if (isAlone && end > 0 && end <= range.end) return file.slice(0, start) + file.slice(end);
  return file.slice(0, item.start) + file.slice(item.end).replace(/^[ \t]*,?[ \t]*/, "");
}

/** The order of buildifier: plain texts, then `:x`, `//x`, `@x`; `.` and `:` before every other character. */
export function compareItems(a: string, b: string): number {
  return phase(a) - phase(b) || compareParts(a.split(/[.:]/), b.split(/[.:]/)) || (a < b ? -1 : Number(a > b));
}

function phase(text: string): number {
  if (text.startsWith(":")) return 1;
  if (text.startsWith("//")) return 2;
  return text.startsWith("@") ? 3 : 0;
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (part !== other) return part < other ? -1 : 1;
  }
  return a.length - b.length;
}
