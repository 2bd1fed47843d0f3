import { readFileSync, renameSync, writeFileSync } from "node:fs";

import { applyEdits, modify } from "jsonc-parser";
import { format, resolveConfig } from "prettier";

/** A place in a JSON file and what is to stand there; `undefined` takes it away. */
export type JsonEdit = readonly [path: readonly string[], value: unknown];

/**
 * Sets values in a JSON file with comments, in the format of the repository; everything else in it stays as it is.
 * The file is replaced as a whole, so a killed run leaves the old or the new one.
 */
export async function editJsonFile(file: string, edits: readonly JsonEdit[]): Promise<void> {
  const before = readFileSync(file, "utf8");
  const edited = editJson(before, edits);
  if (edited === before) return;
  const settings = await resolveConfig(file);
  writeFileSync(`${file}.new`, await format(edited, { ...settings, parser: "json" }));
  renameSync(`${file}.new`, file);
}

/** Pure. */
export function editJson(text: string, edits: readonly JsonEdit[]): string {
  const formattingOptions = { tabSize: 2, insertSpaces: true };
  return edits.reduce(
    (edited, [path, value]) => applyEdits(edited, modify(edited, [...path], value, { formattingOptions })),
    text,
  );
}
