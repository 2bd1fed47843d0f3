import path from "node:path";

import type { PlannedFile } from "../../plan/plan.js";
import type { Tree } from "../../plan/tree.js";

/** Folders of which every file is brought. Of the tests only those that macros and programs of these need. */
const FOLDERS = [
  "docs/architecture",
  "docs/dashboards",
  "docs/decisions",
  "docs/guides",
  "docs/reference",
  "docs/runbooks",
  "platform",
  "tests/knowledge",
  "tests/load",
  "tests/security",
  "tools",
];

/** Files beside them that are to the letter as here. */
const FILES = [
  ".prettierrc.json",
  "docs/README.md",
  "docs/glossary.md",
  "docs/overview.md",
  "eslint.config.js",
  "tenants/BUILD.bazel",
  "tenants/README.md",
  "tsconfig.json",
];

const EXECUTABLE = "tools/bazel";
const LICENCE = "platform/LICENSE";
export const LOCKFILE = "pnpm-lock.yaml";

/** What of the platform another repository gets, to the letter; pages lose the links to what it does not get. Pure. */
export function platformFiles(platform: Tree): readonly PlannedFile[] {
  const brought = platform.files().filter(isBrought);
  const known = new Set([...brought, LICENCE, "README.md"]);
  const files = brought.map((file): PlannedFile => {
    const text = platform.read(file) ?? "";
    const owner = "platform";
    if (isPage(file)) return { path: file, text: withoutDeadLinks(file, text, known), owner, isFormatted: true };
    return { path: file, text, owner, ...(file === EXECUTABLE ? { isExecutable: true } : {}) };
  });
  const licence = platform.read(LICENCE) ?? platform.read("LICENSE") ?? "";
  return [
    ...files.filter((file) => file.path !== LICENCE),
    { path: LICENCE, text: licence, owner: "platform" as const },
  ].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** A hidden file may be anything; of those only what stands above is brought. */
function isBrought(file: string): boolean {
  if (FILES.includes(file)) return true;
  return FOLDERS.some((folder) => file.startsWith(`${folder}/`)) && !/(?:^|\/)\./.test(file);
}

/** A page that people have written. */
function isPage(file: string): boolean {
  return file.endsWith(".md") && !file.startsWith("docs/reference/") && !/\/(?:golden|testdata)\//.test(file);
}

/** Replaces a link or an image by its words when it leads to a file of the repository that is not there. */
function withoutDeadLinks(page: string, text: string, known: ReadonlySet<string>): string {
  const folders = new Set([...known].flatMap(foldersAbove));
  return text.replace(/!?\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g, (link, words: string, target: string) => {
    const [file = ""] = target.split("#");
    if (file === "" || /^[a-z][a-z+.-]*:/i.test(file)) return link;
    const place = path.posix.join(path.posix.dirname(page), file).replace(/\/$/, "");
    return known.has(place) || folders.has(place) ? link : words;
  });
}

function foldersAbove(file: string): readonly string[] {
  const parts = path.posix.dirname(file).split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
