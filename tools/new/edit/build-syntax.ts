/** A call at the top level of a BUILD file, by offsets into its text. */
export interface BuildCall {
  /** The rule or macro, e.g. `ts_library`. */
  readonly rule: string;
  /** Value of its `name`, if that is a plain text. */
  readonly name: string | undefined;
  readonly start: number;
  /** Just behind its closing bracket. */
  readonly end: number;
  /** Attributes, by name: where their values stand. */
  readonly attributes: ReadonlyMap<string, Range>;
  /** Arguments without a name that are texts, as those of `load`. */
  readonly texts: readonly string[];
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A text in a list, by the offsets of its quotes. */
export interface ListItem extends Range {
  readonly text: string;
}

/** A word, a text without its quotes, or a sign. */
export interface Token extends Range {
  readonly kind: "word" | "text" | "sign";
  readonly value: string;
  /** Whether it begins in the first column of a line. */
  readonly isFirstOfLine: boolean;
}

/** The calls of a BUILD file in their order. What is no call, such as an assignment, is passed over. Pure. */
export function parseCalls(text: string): readonly BuildCall[] {
  const tokens = tokenize(text);
  const calls: BuildCall[] = [];
  for (let index = 0; index < tokens.length;) {
    const [rule, open] = [tokens[index], tokens[index + 1]];
    const isCall = rule?.kind === "word" && open?.value === "(" && tokens[index - 1]?.value !== "=";
    const close = closing(tokens, index + 1);
    if (isCall && close !== undefined) calls.push(readCall(text, tokens, index, close));
    index = open?.kind === "sign" && "([{".includes(open.value) && close !== undefined ? close + 1 : index + 1;
  }
  return calls;
}

/** The texts of a list and where they stand, if all its parts are texts. */
export function parseList(text: string, { start, end }: Range): readonly ListItem[] | undefined {
  const tokens = tokenize(text.slice(start, end));
  if (tokens[0]?.value !== "[" || tokens.at(-1)?.value !== "]" || closing(tokens, 0) !== tokens.length - 1)
    return undefined;
  const parts = tokens.slice(1, -1).filter(({ value, kind }) => kind === "text" || value !== ",");
  if (parts.some(({ kind }) => kind !== "text")) return undefined;
  return parts.map((part) => ({ text: part.value, start: start + part.start, end: start + part.end }));
}

function readCall(text: string, tokens: readonly Token[], first: number, close: number): BuildCall {
  const attributes = new Map<string, Range>();
  const texts: string[] = [];
  let index = first + 2;
  while (index < close) {
    const end = argumentEnd(tokens, index, close);
    const [key, equals, value] = tokens.slice(index, index + 3);
    const last = tokens[end - 1];
    if (key?.kind === "word" && equals?.value === "=" && value !== undefined && last !== undefined) {
      attributes.set(key.value, { start: value.start, end: last.end });
    } else if (key?.kind === "text" && last === key) {
      texts.push(key.value);
    }
    index = end + 1;
  }
  const name = attributes.get("name");
  const plain = name === undefined ? null : /^"([^"\\]*)"$/.exec(text.slice(name.start, name.end));
  const [start, end] = [tokens[first]?.start ?? 0, tokens[close]?.end ?? text.length];
  return { rule: tokens[first]?.value ?? "", name: plain?.[1], start, end, attributes, texts };
}

/** Index of the comma that ends the argument which begins at `index`, or of the closing bracket. */
function argumentEnd(tokens: readonly Token[], index: number, close: number): number {
  let at = index;
  while (at < close && tokens[at]?.value !== ",") at = (closing(tokens, at) ?? at) + 1;
  return at;
}

/** Index of the bracket that closes the one at `index`; `undefined` when there is none at `index`, or it is never closed. */
function closing(tokens: readonly Token[], index: number): number | undefined {
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind === "sign" && "([{".includes(token.value)) depth++;
    if (token?.kind === "sign" && ")]}".includes(token.value)) depth--;
    if (depth <= 0) return at === index ? undefined : at;
  }
  return undefined;
}

/** Comments, texts (plain, raw, of three quotes), words and signs (bazel.build/rules/language). */
const TOKEN =
  /#[^\n]*|r?("""|''')[^]*?\1|r?"(?:[^"\\\n]|\\.)*"|r?'(?:[^'\\\n]|\\.)*'|[A-Za-z_][A-Za-z0-9_.]*|\d+|[^\s]/g;

/** All of a text in Starlark but comments and blanks. Pure. */
export function tokenize(text: string): readonly Token[] {
  return [...text.matchAll(TOKEN)].flatMap((match): Token[] => {
    const [value] = match;
    const isFirstOfLine = match.index === 0 || text[match.index - 1] === "\n";
    const range = { start: match.index, end: match.index + value.length, isFirstOfLine };
    if (value.startsWith("#")) return [];
    if (/^r?["']/.test(value))
      return [{ kind: "text", value: value.replace(/^r?(["']{1,3})([^]*)\1$/, "$2"), ...range }];
    return [{ kind: /^[A-Za-z_]/.test(value) ? "word" : "sign", value, ...range }];
  });
}
