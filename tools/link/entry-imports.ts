/** `import { name as local } from "from"`, or `import local from "from"` with the name `default`. */
export interface EntryImport {
  readonly from: string;
  readonly name: string;
  readonly local: string;
}

/** `export { name as as } from "from"`. */
export interface EntryExport {
  readonly from: string;
  readonly name: string;
  readonly as: string;
}

const IMPORT = /^import (?:(\w+)|\{ (\w+)(?: as (\w+))? \}) from "([^"]+)";$/;
const EXPORT = /^export \{ (\w+) as (\w+) \} from "([^"]+)";$/;

/** The imports of a generated entry module, one a line, and what follows them. Pure. @throws Error for a line of another form. */
export function readImports(text: string): { readonly imports: readonly EntryImport[]; readonly body: string } {
  const lines = text.split("\n");
  const imports = lines
    .filter((line) => line.startsWith("import "))
    .map((line): EntryImport => {
      const [, whole, name = "default", local = whole ?? name, from] = IMPORT.exec(line) ?? [];
      if (from === undefined) throw new Error(`no import of a generated entry module: ${line}`);
      return { from, name, local };
    });
  return { imports, body: lines.filter((line) => !line.startsWith("import ")).join("\n") };
}

/** What a generated module exports, one export a line. Pure. */
export function readExports(text: string): readonly EntryExport[] {
  return text.split("\n").flatMap((line) => {
    const [, name, as, from] = EXPORT.exec(line) ?? [];
    return name === undefined || as === undefined || from === undefined ? [] : [{ from, name, as }];
  });
}
