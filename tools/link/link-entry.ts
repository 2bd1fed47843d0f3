import { type EntryImport, readImports } from "#tools/link/entry-imports";
import { joinMapPieces, type MapPiece } from "#tools/link/source-map-pieces";

/** What prelink.ts knows of its parts. */
export interface LinkIndex {
  /** In the order of their code. */
  readonly parts: readonly LinkablePart[];
  /** `<specifier> <name>` of what can be imported → its name in the parts. */
  readonly exports: Readonly<Record<string, string>>;
}

interface LinkablePart {
  /** The imports that need it, one of which is enough. */
  readonly owners: readonly string[];
  /** How many lines of code it has. */
  readonly lines: number;
  readonly map: MapPiece;
}

/** A Worker's module, in two pieces. */
export interface LinkedModule {
  /** The code of the parts that it needs. */
  readonly parts: string;
  /** The source map of it. */
  readonly mappings: string;
  /** The entry module's own code, which stands after them. */
  readonly entry: string;
}

/**
 * Joins an entry module and those parts of the platform that it imports, as a bundler would, without looking at their code.
 * `code` are the parts, `readJson` gives the text of an imported file. Pure.
 *
 * @throws Error when the entry module imports what no part has.
 */
export function linkEntry(
  entry: string,
  { parts, exports }: LinkIndex,
  code: string,
  readJson: (path: string) => string,
): LinkedModule {
  const { imports, body } = readImports(entry);
  const wanted = new Set(imports.map(({ from }) => from));
  const isNeeded = parts.map(({ owners }) => owners.some((owner) => wanted.has(owner)));
  const partOfLine = parts.flatMap(({ lines }, index) => Array.from({ length: lines }, () => index));
  const values = imports.map((one): [string, string] => [one.local, valueOf(one, exports, readJson)]);
  return {
    parts: code
      .split("\n")
      .filter((_, line) => isNeeded[partOfLine[line] ?? -1])
      .join("\n"),
    mappings: joinMapPieces(parts.filter((_, index) => isNeeded[index]).map(({ map }) => map)),
    entry: withValues(body, new Map(values)),
  };
}

/** The code with values in place of names. It is generated: texts stand in double quotes, and fields before a colon. */
function withValues(code: string, values: ReadonlyMap<string, string>): string {
  const token = /"(?:[^"\\]|\\.)*"|(?<![\w$.])[\w$]+(?![\w$]|:)/g;
  return code.replaceAll(token, (text) => values.get(text) ?? text);
}

function valueOf(
  { from, name }: EntryImport,
  exports: LinkIndex["exports"],
  readJson: (path: string) => string,
): string {
  if (from.endsWith(".json")) return jsonLiteral(readJson(from));
  const value = exports[`${from} ${name}`];
  if (value === undefined || value === "") throw new Error(`the platform has no "${name}" of "${from}" to link`);
  return value;
}

/** JSON as an expression of JavaScript, where a field of the name `__proto__` is one as any other. */
function jsonLiteral(text: string): string {
  return JSON.stringify(JSON.parse(text)).replaceAll(/(?<!\\)"__proto__":/g, '["__proto__"]:');
}
