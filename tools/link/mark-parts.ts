/** The part of esbuild's metafile that tells which file brings which. */
export interface ImportGraph {
  readonly inputs: Readonly<Record<string, { readonly imports: readonly FileImport[] }>>;
  readonly outputs: Readonly<Record<string, { readonly entryPoint?: string }>>;
}

interface FileImport {
  /** The imported file. */
  readonly path: string;
  /** What the import statement says, e.g. `#worker/insights`. */
  readonly original?: string;
  readonly external?: boolean;
}

/** A bundle, each of whose parts begins with a statement that no minifier moves or drops: `import "part:<index>";` */
export interface MarkedBundle {
  readonly code: string;
  /** For each part the imports of the bundle's entry point that need it. */
  readonly owners: readonly (readonly string[])[];
}

/** Above each file esbuild writes its path, unless it removes whitespace. */
const FILE_COMMENT = /^\/\/ (.+)$/;

/**
 * Divides a bundle into parts: neighbouring files that the same imports of the entry point bring along. What its first import
 * brings is in every Worker and counts as needed by that one alone. Lines stay where they are, so the source map stays true.
 * Pure.
 */
export function markParts(code: string, graph: ImportGraph): MarkedBundle {
  const ownersOf = ownersByFile(graph);
  const owners: (readonly string[])[] = [];
  const lines = code.split("\n").map((line) => {
    const file = FILE_COMMENT.exec(line)?.[1];
    const needed = file === undefined ? undefined : ownersOf.get(file);
    if (file === undefined || needed === undefined) return line;
    if (owners.at(-1)?.join() === needed.join()) return "";
    owners.push(needed);
    return `import "part:${owners.length - 1}";`;
  });
  return { code: lines.join("\n"), owners };
}

function ownersByFile({ inputs, outputs }: ImportGraph): ReadonlyMap<string, readonly string[]> {
  const entry = Object.values(outputs).find(({ entryPoint }) => entryPoint !== undefined)?.entryPoint ?? "";
  const [base, ...features] = (inputs[entry]?.imports ?? []).map(({ path, original = path }) => ({ path, original }));
  if (base === undefined) throw new Error(`${entry} imports nothing`);
  const filesFrom = (path: string): ReadonlySet<string> => {
    const found = new Set([path]);
    // A set that grows is walked to its end.
    for (const file of found)
      for (const next of inputs[file]?.imports ?? []) if (next.external !== true) found.add(next.path);
    return found;
  };
  const owners = new Map([...filesFrom(base.path)].map((file): [string, readonly string[]] => [file, [base.original]]));
  const always = new Set(owners.keys());
  for (const { path, original } of features)
    for (const file of filesFrom(path))
      if (!always.has(file)) owners.set(file, [...(owners.get(file) ?? []), original]);
  return owners;
}
