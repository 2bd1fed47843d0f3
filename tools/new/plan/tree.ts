/** The files of a checkout, as far as a generator may ask. Paths are relative to its root, with `/`. */
export interface Tree {
  /** The text of a file; `undefined` when there is none. */
  read(path: string): string | undefined;
  /** Names of the folders directly in a folder, in order; none when it does not exist. */
  folders(path: string): readonly string[];
  /** Whether a file or folder has this path. */
  has(path: string): boolean;
  /** Paths of all files that belong to the checkout, in order: what git tracks; without git, all but what it would ignore. */
  files(): readonly string[];
}

/** A checkout in memory: texts by path. */
export function memoryTree(texts: ReadonlyMap<string, string>): Tree {
  const below = (folder: string): string[] =>
    [...texts.keys()].flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : []));
  return {
    read: (path) => texts.get(path),
    folders: (path) =>
      [
        ...new Set(below(path).flatMap((rest) => (rest.includes("/") ? [rest.slice(0, rest.indexOf("/"))] : []))),
      ].toSorted(),
    has: (path) => texts.has(path) || below(path).length > 0,
    files: () => [...texts.keys()].toSorted(),
  };
}
