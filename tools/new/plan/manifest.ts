import { createHash } from "node:crypto";

import * as z from "#base/zod";

import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import type { Tree } from "./tree.js";

/**
 * File in a package that remembers what generators made there: path within the package → SHA-256 of the text they made. A part of a
 * file that a person owns is `<path>#<name of the part>`.
 */
export const MANIFEST = ".generated.json";

export type Manifest = ReadonlyMap<string, string>;

const manifestSchema = z.record(z.string(), z.string().check(z.regex(/^[0-9a-f]{64}$/)));

export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function manifestPath(home: string): string {
  return home === "" ? MANIFEST : `${home}/${MANIFEST}`;
}

/** The name of a part of a file, in a manifest. */
export function partName(path: string, part: string): string {
  return `${path}#${part}`;
}

/** What generators made in a package before. @throws CommandError for a manifest that is none. */
export function readManifest(tree: Tree, home: string): Manifest {
  const file = manifestPath(home);
  const text = tree.read(file);
  if (text === undefined) return new Map();
  try {
    return new Map(Object.entries(manifestSchema.parse(JSON.parse(text))));
  } catch {
    // Whatever is wrong with it: the record of what was made is lost.
    throw new CommandError(`${file} is not the list that generators keep: take it back from git, or remove it`, {
      exitCode: EXIT_CODES.usage,
    });
  }
}

/** The text of a manifest, sorted. */
export function formatManifest(manifest: Manifest): string {
  const entries = [...manifest].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
