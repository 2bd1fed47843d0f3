import path from "node:path";

import { anchorsIn, linksIn } from "#tests/links/markdown-links";

/** The repository as links see it. */
export interface LinkedFiles {
  /** Paths of all files, from the root. */
  readonly files: ReadonlySet<string>;
  /** Text of the Markdown files, by path. */
  readonly pages: ReadonlyMap<string, string>;
}

/** Says of each link inside the repository that leads nowhere where it stands, and why. Pure. */
export function findBrokenLinks({ files, pages }: LinkedFiles): readonly string[] {
  const folders = new Set([...files].flatMap(foldersOf));
  const anchors = new Map([...pages].map(([page, text]) => [page, anchorsIn(text)]));
  return [...pages].flatMap(([page, text]) =>
    linksIn(text).flatMap(({ line, target }) => {
      const why = whyBroken(page, target);
      return why === undefined ? [] : [`${page}:${line}: ${target}: ${why}`];
    }),
  );

  function whyBroken(page: string, target: string): string | undefined {
    if (/^[a-z][a-z+.-]*:/i.test(target)) return undefined;
    const [file = "", anchor] = target.split("#");
    if (file.startsWith("/")) return "begins with /: write it relative to its page";
    const place = file === "" ? page : path.posix.join(path.posix.dirname(page), decodeURI(file)).replace(/\/$/, "");
    if (!files.has(place) && !folders.has(place)) return "there is no such file or folder";
    if (anchor === undefined || !pages.has(place)) return undefined;
    return anchors.get(place)?.has(anchor) === true ? undefined : `${place} has no such heading`;
  }
}

/** Every folder above a file; the root is `.`. */
function foldersOf(file: string): string[] {
  const parts = path.posix.dirname(file).split("/");
  return [".", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
}
