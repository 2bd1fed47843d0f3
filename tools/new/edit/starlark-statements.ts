import { tokenize, type Token } from "./build-syntax.js";
import { edited, type EditResult } from "./edit-result.js";
import type { Part } from "./part.js";

/** A statement at the top level of a file in Starlark. */
export interface Statement extends Part {
  /** Where it begins, without the comment above it. */
  readonly start: number;
  readonly end: number;
  /** The statement with the comment right above it. */
  readonly full: string;
}

/**
 * The statements of a file, named so that two files can be compared: a variable by its name, a call by its rule and the `name` or
 * first argument it has. A text of documentation is none. Each symbol that is loaded is a statement of its own. Pure.
 */
export function statementsOf(file: string): readonly Statement[] {
  return splitStatements(tokenize(file)).flatMap((tokens): readonly Statement[] => {
    const [first, last] = [tokens[0], tokens.at(-1)];
    if (first === undefined || last === undefined || (first.kind === "text" && tokens.length === 1)) return [];
    const range = { start: first.start, end: last.end };
    const text = tokens.map(({ start, end }) => file.slice(start, end)).join(" ");
    if (first.value === "load") return loadedSymbols(tokens).map((part) => ({ ...part, ...range, full: "" }));
    const full = (commentAbove(file, first.start) + file.slice(first.start, last.end)).trim();
    return [{ name: nameOf(tokens), text: text.replace(/ , (?=[)\]}])/g, " "), ...range, full }];
  });
}

/** Gives a file a statement: in the place of the one of its name, or at the end; what is loaded, at the top. Pure. */
export function setStatement(file: string, name: string, full: string): EditResult {
  const loaded = LOADED.exec(name);
  if (loaded !== null) return edited(loadSymbol(file, loaded[1] ?? "", loaded[2] ?? ""));
  const present = statementsOf(file).find((statement) => statement.name === name);
  if (present === undefined) return edited(`${file.trimEnd()}${file.trim() === "" ? "" : "\n\n"}${full}\n`);
  return edited(file.slice(0, present.start) + withoutComment(full) + file.slice(present.end));
}

const LOADED = /^load (\S+) (\S+)$/;

function loadedSymbols(tokens: readonly Token[]): readonly Part[] {
  const [module, ...symbols] = tokens.filter(({ kind }) => kind === "text");
  return symbols.map(({ value }) => ({ name: `load ${module?.value ?? ""} ${value}`, text: value }));
}

function loadSymbol(file: string, module: string, symbol: string): string {
  const loads = statementsOf(file).filter(({ name }) => LOADED.test(name));
  const own = loads.filter(({ name }) => LOADED.exec(name)?.[1] === module);
  const symbols = own.map(({ text }) => text);
  if (symbols.includes(symbol)) return file;
  const list = [...symbols, symbol].toSorted().map((text) => `"${text}"`);
  const line = `load("${module}", ${list.join(", ")})`;
  const [present] = own;
  if (present !== undefined) return file.slice(0, present.start) + line + file.slice(present.end);
  const at = loads.at(-1)?.end ?? /^\s*"""[^]*?"""/.exec(file)?.[0].length ?? 0;
  if (at === 0) return `${line}\n${file === "" ? "" : "\n"}${file}`;
  return `${file.slice(0, at)}\n${loads.length === 0 ? "\n" : ""}${line}${file.slice(at)}`;
}

/** A statement ends where a new line begins and no bracket is open. */
function splitStatements(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const statements: Token[][] = [];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0 && (token.isFirstOfLine || statements.length === 0)) statements.push([]);
    statements.at(-1)?.push(token);
    if (token.kind === "sign" && "([{".includes(token.value)) depth++;
    if (token.kind === "sign" && ")]}".includes(token.value)) depth = Math.max(0, depth - 1);
  }
  return statements;
}

/** What a file has once, whatever it is called. */
const ONE_PER_FILE: ReadonlySet<string> = new Set(["module", "workspace", "package"]);

function nameOf(tokens: readonly Token[]): string {
  const [first, second, third, fourth] = tokens;
  if (second?.value !== "(" || ONE_PER_FILE.has(first?.value ?? "")) return first?.value ?? "";
  const at = tokens.findIndex(({ value, kind }, index) => {
    return kind === "word" && value === "name" && tokens[index + 1]?.value === "=";
  });
  const named = tokens[at + 2];
  if (at !== -1 && named?.kind === "text") return `${first?.value ?? ""} ${named.value}`;
  // The only one of its kind, as `node.toolchain`, or one for each first argument, as `use_repo`.
  const isArgument = fourth?.value !== "=" && third?.value !== ")";
  return `${first?.value ?? ""}${isArgument ? ` ${third?.value ?? ""}` : ""}`;
}

function commentAbove(file: string, start: number): string {
  return /(?:^#[^\n]*\n)+$/m.exec(file.slice(0, start))?.[0] ?? "";
}

function withoutComment(full: string): string {
  return full.replace(/^(?:#[^\n]*\n)+/, "");
}
