import { applyEdits, type Edit } from "../../edit/edit.js";
import type { Part } from "../../edit/part.js";
import { digestOf, partName, readManifest } from "../../plan/manifest.js";
import type { Kept, PlannedEdits } from "../../plan/plan.js";
import type { Tree } from "../../plan/tree.js";
import { refuse } from "../refuse.js";

/** A part that the platform needs in a file, and the edit that puts it there. */
export interface NeededPart extends Part {
  readonly edit: Edit;
  /** Whether another text of a person's may stay in its place. Default: the platform cannot work with another. */
  readonly isOptional?: boolean;
}

/** A file that the platform and the repository both have a say in. */
export interface SharedFile {
  readonly path: string;
  readonly needed: readonly NeededPart[];
  /** The parts of a text, as `needed` names them. @throws CommandError for a text that cannot be read */
  readonly partsOf: (text: string) => readonly Part[];
  /** The file where there is none yet; default: that of the platform. */
  readonly start: string;
}

export interface MergedFile {
  readonly edits: PlannedEdits;
  readonly kept: readonly Kept[];
}

/**
 * Brings what the platform needs into a file of somebody else. For each part three texts are compared, as for whole files: what was
 * put there before, what is needed now, and what is there. Pure.
 *
 * @param remedy ends the sentence of a refusal
 * @throws CommandError with exit code 2 when the file says something else than the platform needs
 */
export function mergeFile({ path, needed, partsOf, start }: SharedFile, tree: Tree, remedy: string): MergedFile {
  const text = tree.read(path);
  const manifest = readManifest(tree, "");
  if (text === undefined && !needed.some(({ name }) => manifest.has(partName(path, name)))) {
    return { edits: { path, edits: [], start, parts: toParts(needed) }, kept: [] };
  }
  const present = new Map(partsOf(text ?? "").map((part) => [part.name, part.text]));
  const kept: Kept[] = [];
  const wanted = needed.filter((part) => {
    const verdict = judgePart(part, present.get(part.name), manifest.get(partName(path, part.name)));
    if (verdict === "conflict") refuse(sentenceOf(path, part, present.get(part.name) ?? "", remedy));
    if (verdict === "keep") kept.push({ path: `${path}: ${part.name}`, why: whyKept(present.get(part.name)) });
    return verdict === "set";
  });
  const edits = wanted.map(({ edit }) => edit);
  if (text === undefined) return { edits: { path, edits: [], parts: new Map(), start: "" }, kept };
  return { edits: { path, edits: headed(path, text, edits), parts: toParts(wanted) }, kept };
}

function judgePart(
  { text: now, isOptional = false }: NeededPart,
  present: string | undefined,
  generatedBefore: string | undefined,
): "set" | "same" | "keep" | "conflict" {
  if (present === now) return "same";
  if (present === undefined) return generatedBefore === undefined ? "set" : "keep";
  if (generatedBefore === digestOf(present)) return "set";
  // A person's own, and as the platform was when it came: theirs to answer for. A text that was theirs before it came is not.
  if (isOptional || generatedBefore === digestOf(now)) return "keep";
  return "conflict";
}

function whyKept(present: string | undefined): Kept["why"] {
  return present === undefined ? "removed by hand" : "changed by hand";
}

function sentenceOf(path: string, { name, text }: Part, present: string, remedy: string): string {
  const what = name === "" || text.includes(name) || present.includes(name) ? "" : ` for ${name}`;
  return `${path} says ${clip(present)}${what}, and the platform needs ${clip(text)}: ${remedy}`;
}

/** Longest text of a part in a sentence, characters. */
const MAX_SHOWN = 100;

function clip(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function toParts(parts: readonly Part[]): ReadonlyMap<string, string> {
  return new Map(parts.map(({ name, text }) => [name, text]));
}

/** Lines that are added to a list of names say whose they are. */
function headed(path: string, text: string, edits: readonly Edit[]): readonly Edit[] {
  const isList = edits.some(({ kind }) => kind === "setting") && !text.includes(HEADING);
  if (!isList) return edits;
  const result = applyEdits(`${text.trimEnd()}\n\n${HEADING}\n`.trimStart(), edits);
  return result.ok ? [{ kind: "text", text: result.text }] : edits;
}

const HEADING = "# What the platform needs.";
