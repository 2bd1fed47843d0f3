import type { Options } from "prettier";

import { applyEdits } from "../edit/edit.js";
import { noPlace } from "../edit/edit-result.js";
import { formatEdited, formatSettings, formatText } from "./format-text.js";
import { digestOf, formatManifest, manifestPath, partName, readManifest, type Manifest } from "./manifest.js";
import type { Kept, Plan, PlannedFile } from "./plan.js";
import type { Tree } from "./tree.js";

/** One file that is made, changed or taken away. */
export interface Change {
  readonly path: string;
  /** Its text now; `undefined` when it does not exist. The writer looks whether that is still so. */
  readonly before: string | undefined;
  /** `undefined`: it goes. */
  readonly after: string | undefined;
  readonly isExecutable?: boolean;
  /** A copy of another checkout's file: a person is told how many there are, and not shown each. */
  readonly isCopy?: boolean;
}

/** A plan compared with a checkout: what would be written, and what speaks against it. */
export interface ResolvedPlan {
  readonly changes: readonly Change[];
  readonly kept: readonly Kept[];
  /** One sentence each. With any, nothing is written. */
  readonly refusals: readonly string[];
}

type Verdict =
  | { readonly kind: "write"; readonly change: Change }
  | { readonly kind: "same" }
  | { readonly kind: "keep"; readonly kept: Kept }
  | { readonly kind: "refuse"; readonly refusal: string };

/** Decides for each file of a plan what is to be done, and makes the edits. Reads the checkout, changes nothing. */
export async function resolvePlan(plan: Plan, tree: Tree): Promise<ResolvedPlan> {
  const settings = formatSettings((path) => tree.read(path) ?? plan.files.find((file) => file.path === path)?.text);
  const resolved = [await resolveOne(plan, tree, settings)];
  for (const other of plan.also ?? []) resolved.push(await resolveOne(other, tree, settings));
  const refusals = resolved.flatMap((one) => one.refusals);
  if (refusals.length > 0) return { changes: [], kept: [], refusals };
  return {
    changes: resolved.flatMap(({ changes }) => changes),
    kept: resolved.flatMap(({ kept }) => kept),
    refusals: [],
  };
}

async function resolveOne(plan: Plan, tree: Tree, settings: Options): Promise<ResolvedPlan> {
  const manifest = readManifest(tree, plan.home);
  const files = await Promise.all(
    // What the build or another checkout makes is compared to the letter.
    plan.files.map(async (file) =>
      (file.owner ?? "person") === "person" || file.isFormatted === true
        ? { ...file, text: await formatText(file.path, file.text, settings) }
        : file,
    ),
  );
  const gone = plan.isWhole === true ? findRetired(plan, manifest, tree) : [];
  const verdicts = [...files.map((file) => judge(file, tree, manifest.get(nameIn(plan.home, file.path)))), ...gone];
  const edited = await editFiles(plan, tree, settings);
  return {
    changes: [
      ...verdicts.flatMap((v) => (v.kind === "write" ? [v.change] : [])),
      ...edited.changes,
      ...rememberFiles(plan, files, manifest, tree),
    ],
    kept: [...verdicts.flatMap((v) => (v.kind === "keep" ? [v.kept] : [])), ...(plan.kept ?? [])],
    refusals: [...verdicts.flatMap((v) => (v.kind === "refuse" ? [v.refusal] : [])), ...edited.refusals],
  };
}

/**
 * Compares three texts of a file: the one that was generated before (by its digest), the one that is generated now, and
 * the one on disk.
 */
function judge(file: PlannedFile, tree: Tree, generatedBefore: string | undefined): Verdict {
  const { path, text: now, owner = "person", isExecutable = false } = file;
  const disk = tree.read(path);
  if (disk === now) return { kind: "same" };
  const isCopy = owner === "platform" && disk === undefined;
  const flags = { ...(isExecutable ? { isExecutable } : {}), ...(isCopy ? { isCopy } : {}) };
  const write: Verdict = { kind: "write", change: { path, before: disk, after: now, ...flags } };
  if (owner === "build") return write;
  if (disk === undefined) {
    if (generatedBefore === undefined) return write;
    return { kind: "keep", kept: { path, why: "removed by hand" } };
  }
  if (generatedBefore === undefined) {
    return {
      kind: "refuse",
      refusal: `${path} is there already, and no generator made it: choose another name, or move it away`,
    };
  }
  if (generatedBefore === digestOf(disk)) return write;
  if (generatedBefore === digestOf(now)) return { kind: "keep", kept: { path, why: "changed by hand" } };
  if (owner === "platform") {
    return { kind: "keep", kept: { path, why: "changed by hand, and the platform's is new" } };
  }
  return {
    kind: "refuse",
    refusal: `${path} was changed by hand, and this would make another text of it: change the file itself, or move it away to have it made anew`,
  };
}

/** What was made before and belongs to the plan no more: it goes, unless a person has changed it. */
function findRetired(plan: Plan, manifest: Manifest, tree: Tree): readonly Verdict[] {
  const planned = new Set(plan.files.map(({ path }) => nameIn(plan.home, path)));
  return [...manifest].flatMap(([name, digest]): Verdict[] => {
    if (name.includes("#") || planned.has(name)) return [];
    const path = plan.home === "" ? name : `${plan.home}/${name}`;
    const disk = tree.read(path);
    if (disk === undefined) return [];
    return digestOf(disk) === digest
      ? [{ kind: "write", change: { path, before: disk, after: undefined } }]
      : [{ kind: "keep", kept: { path, why: "changed by hand" } }];
  });
}

/** Makes the edits of a plan. An edit that cannot be made, because the place is not there, is a refusal. */
async function editFiles(
  plan: Plan,
  tree: Tree,
  settings: Options,
): Promise<{ readonly changes: readonly Change[]; readonly refusals: readonly string[] }> {
  const changes: Change[] = [];
  const refusals: string[] = [];
  for (const { path, edits, start } of plan.edits) {
    const before = tree.read(path);
    const text = before ?? start;
    const result = text === undefined ? noPlace("it is not there") : applyEdits(text, edits);
    if (!result.ok) refusals.push(`${path} cannot be edited: ${result.why}`);
    else if (text !== undefined && result.text !== before) {
      changes.push({ path, before, after: await formatEdited(path, text, result.text, settings) });
    }
  }
  return { changes, refusals };
}

/** The manifest with what is made now. */
function rememberFiles(plan: Plan, files: readonly PlannedFile[], manifest: Manifest, tree: Tree): readonly Change[] {
  const { home, edits, isWhole = false } = plan;
  const own = files.filter(({ owner }) => owner !== "build");
  const now: Manifest = new Map([
    // Of what goes, nothing is remembered; what a person keeps of it is the person's.
    ...[...manifest].filter(([name]) => !isWhole || name.includes("#")),
    ...own.map(({ path, text }): [string, string] => [nameIn(home, path), digestOf(text)]),
    ...edits.flatMap(({ path, parts = new Map<string, string>() }) =>
      [...parts].map(([name, text]): [string, string] => [partName(nameIn(home, path), name), digestOf(text)]),
    ),
  ]);
  const path = manifestPath(home);
  const [before, after] = [tree.read(path), formatManifest(now)];
  // That of a whole repository is as long as it: nobody reads it.
  return now.size === 0 || before === after ? [] : [{ path, before, after, ...(isWhole ? { isCopy: true } : {}) }];
}

function nameIn(home: string, path: string): string {
  return home === "" ? path : path.slice(home.length + 1);
}
