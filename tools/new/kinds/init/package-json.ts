import { jsonAt, type JsonPath } from "../../edit/json-text.js";
import type { Part } from "../../edit/part.js";
import { refuse } from "../refuse.js";
import type { NeededPart } from "./merge-file.js";

/** Where packages are named that are installed with a repository. */
const SECTIONS = ["dependencies", "devDependencies", "optionalDependencies"] as const;

/** What of the platform's package.json another repository must have in its own, part by part. Pure. */
export function neededInPackageJson(text: string): readonly NeededPart[] {
  const at = (path: JsonPath, name: string, isOptional = false): readonly NeededPart[] => {
    const value = jsonAt(text, path);
    if (value === undefined) return [];
    const edit = { kind: "json" as const, at: path, value };
    return [{ name, text: textOf(value), edit, ...(isOptional ? { isOptional } : {}) }];
  };
  return [
    ...at(["type"], "type"),
    ...at(["packageManager"], "packageManager"),
    ...at(["engines", "node"], "engines.node", true),
    ...membersOf(text, "imports").flatMap(([name]) => at(["imports", name], name)),
    ...SECTIONS.flatMap((section) => membersOf(text, section).flatMap(([name]) => at([section, name], name))),
    ...at(["pnpm"], "pnpm", true),
  ];
}

/** The same parts of any package.json. @throws CommandError for what is no object in JSON */
export function partsOfPackageJson(text: string): readonly Part[] {
  if (typeof jsonAt(text, []) !== "object") refuse("package.json is not JSON: mend it first");
  const manager = jsonAt(text, ["packageManager"]);
  return [
    ...optionalPart("type", jsonAt(text, ["type"])),
    // `pnpm@10.0.0+sha512.…` names the same version.
    ...optionalPart("packageManager", typeof manager === "string" ? manager.replace(/\+.*$/, "") : manager),
    ...optionalPart("engines.node", jsonAt(text, ["engines", "node"])),
    ...optionalPart("pnpm", jsonAt(text, ["pnpm"])),
    ...["imports", ...SECTIONS].flatMap((section) =>
      membersOf(text, section).map(([name, value]) => ({ name, text: textOf(value) })),
    ),
  ];
}

/** The platform's package.json as that of a new repository. Pure. */
export function newPackageJson(text: string, name: string): string {
  const { name: _name, version, license: _license, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return `${JSON.stringify({ name, version: typeof version === "string" ? "0.1.0" : version, ...rest }, null, 2)}\n`;
}

function membersOf(text: string, section: string): readonly (readonly [string, unknown])[] {
  const value = jsonAt(text, [section]);
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function optionalPart(name: string, value: unknown): readonly Part[] {
  return value === undefined ? [] : [{ name, text: textOf(value) }];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
