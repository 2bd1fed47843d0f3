import type { Options } from "prettier";

import { applyEdits } from "../edit/edit.js";
import { noPlace } from "../edit/edit-result.js";
import { formatEdited, formatSettings, formatText } from "./format-text.js";
import { digestOf, formatManifest, manifestPath, readManifest, type Manifest } from "./manifest.js";
import type { Plan, PlannedFile } from "./plan.js";
import type { Tree } from "./tree.js";

/** One file that is made or changed. */
export interface Change {
  readonly path: string;
  /** Its text now; `undefined` when it does not exist. The writer looks whether that is still so. */
  readonly before: string | undefined;
  readonly after: string;
}

/** A file that stays as a person has it, and why. */
export interface Kept {
  readonly path: string;
  readonly why: "changed by hand" | "removed by hand";
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
  const settings = formatSettings(tree);
  const manifest = readManifest(tree, plan.home);
  const files = await Promise.all(
    // What the build makes is compared to the letter.
    plan.files.map(async (file) =>
      file.owner === "build" ? file : { ...file, text: await formatText(file.path, file.text, settings) },
    ),
  );
  const verdicts = files.map((file) => judge(file, tree, manifest.get(nameIn(plan.home, file.path))));
  const edited = await editFiles(plan, tree, settings);
  const refusals = [...verdicts.flatMap((v) => (v.kind === "refuse" ? [v.refusal] : [])), ...edited.refusals];
  if (refusals.length > 0) return { changes: [], kept: [], refusals };
  return {
    changes: [
      ...verdicts.flatMap((v) => (v.kind === "write" ? [v.change] : [])),
      ...edited.changes,
      ...rememberFiles(plan.home, files, manifest, tree),
    ],
    kept: verdicts.flatMap((v) => (v.kind === "keep" ? [v.kept] : [])),
    refusals: [],
  };
}

/**
 * Compares three texts of a file: the one that was generated before (by its digest), the one that is generated now, and
 * the one on disk.
 */
function judge(
  { path, text: now, owner = "person" }: PlannedFile,
  tree: Tree,
  generatedBefore: string | undefined,
): Verdict {
  const disk = tree.read(path);
  if (disk === now) return { kind: "same" };
  const write: Verdict = { kind: "write", change: { path, before: disk, after: now } };
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
  return {
    kind: "refuse",
    refusal: `${path} was changed by hand, and this would make another text of it: change the file itself, or move it away to have it made anew`,
  };
}

/** Makes the edits of a plan. An edit that cannot be made, because the place is not there, is a refusal. */
async function editFiles(
  plan: Plan,
  tree: Tree,
  settings: Options,
): Promise<{ readonly changes: readonly Change[]; readonly refusals: readonly string[] }> {
  const changes: Change[] = [];
  const refusals: string[] = [];
  for (const { path, edits } of plan.edits) {
    const before = tree.read(path);
    const result = before === undefined ? noPlace("it is not there") : applyEdits(before, edits);
    if (!result.ok) refusals.push(`${path} cannot be edited: ${result.why}`);
    else if (before !== undefined && result.text !== before) {
      changes.push({ path, before, after: await formatEdited(path, before, result.text, settings) });
    }
  }
  return { changes, refusals };
}

/** The manifest with what is made now. */
function rememberFiles(home: string, files: readonly PlannedFile[], manifest: Manifest, tree: Tree): readonly Change[] {
  const own = files.filter(({ owner }) => owner !== "build");
  const now: Manifest = new Map([
    ...manifest,
    ...own.map(({ path, text }): [string, string] => [nameIn(home, path), digestOf(text)]),
  ]);
  const path = manifestPath(home);
  const [before, after] = [tree.read(path), formatManifest(now)];
  return now.size === 0 || before === after ? [] : [{ path, before, after }];
}

function nameIn(home: string, path: string): string {
  return home === "" ? path : path.slice(home.length + 1);
}
