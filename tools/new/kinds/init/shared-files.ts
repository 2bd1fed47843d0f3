import { linesOf } from "../../edit/named-lines.js";
import type { Part } from "../../edit/part.js";
import { statementsOf } from "../../edit/starlark-statements.js";
import { blocksOf } from "../../edit/yaml-blocks.js";
import type { Tree } from "../../plan/tree.js";
import type { NeededPart, SharedFile } from "./merge-file.js";
import { neededInPackageJson, newPackageJson, partsOfPackageJson } from "./package-json.js";

/** Files of the root of which the platform needs some parts; all else in them is the repository's. */
export function sharedFiles(platform: Tree, repository: Tree, name: string): readonly SharedFile[] {
  const read = (path: string): string => platform.read(path) ?? "";
  return [
    {
      path: "package.json",
      needed: neededInPackageJson(read("package.json")),
      partsOf: partsOfPackageJson,
      start: newPackageJson(read("package.json"), name),
    },
    starlark("MODULE.bazel", read("MODULE.bazel"), name),
    starlark("WORKSPACE", read("WORKSPACE"), name),
    starlark("BUILD.bazel", rootBuildText(read("BUILD.bazel")), name),
    ...LISTS.map((path) => lines(path, read(path))),
    yaml("pnpm-workspace.yaml", read("pnpm-workspace.yaml")),
    ...VERSIONS.map((path) => version(path, read(path))),
  ].filter(({ path }) => platform.has(path) || repository.has(path));
}

/** Files with a name or a flag in each line. */
const LISTS = [".bazelrc", ".bazelignore", ".gitignore", ".prettierignore"];

/** Files that hold one version. */
const VERSIONS = [".bazelversion", ".nvmrc"];

/** Statements that name the repository: each has its own. */
const NAMES: ReadonlySet<string> = new Set(["module", "workspace"]);

function starlark(path: string, text: string, name: string): SharedFile {
  return {
    path,
    needed: statementsOf(text).flatMap(({ full, ...part }) =>
      NAMES.has(part.name)
        ? []
        : [{ name: part.name, text: part.text, edit: { kind: "statement", name: part.name, text: full } }],
    ),
    partsOf: statementsOf,
    start: text.replace(
      /^((?:module|workspace)\(name = ")[^"]*/m,
      (_, call: string) => call + name.replaceAll("-", "_"),
    ),
  };
}

/** The BUILD file of the root for a repository that has other things there: they are not checked. */
function rootBuildText(text: string): string {
  return text.replace(
    /^package_checks\(\)$/m,
    "# The files of the root are the repository's own.\npackage_checks(files = [])",
  );
}

function lines(path: string, text: string): SharedFile {
  const needed = linesOf(text).map((part): NeededPart => {
    const edit = { kind: "setting" as const, name: part.name, text: part.text };
    // What is chosen with --config is for who wants it.
    return { ...part, edit, isOptional: /^\w+:/.test(part.name) };
  });
  return { path, needed, partsOf: linesOf, start: text };
}

function yaml(path: string, text: string): SharedFile {
  const needed = blocksOf(text).map(({ name, text: bare, full }) => {
    return { name, text: bare, edit: { kind: "block" as const, name, text: full } };
  });
  return { path, needed, partsOf: blocksOf, start: text };
}

function version(path: string, text: string): SharedFile {
  const partsOf = (whole: string): readonly Part[] => [{ name: "", text: whole.trim() }];
  return { path, needed: [{ name: "", text: text.trim(), edit: { kind: "text", text } }], partsOf, start: text };
}
