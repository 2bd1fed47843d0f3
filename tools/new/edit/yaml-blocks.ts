import { edited, type EditResult } from "./edit-result.js";
import type { Part } from "./part.js";

/** A key at the top of a YAML file with all that is below it, and the comment right above. */
interface Block extends Part {
  readonly full: string;
}

/** The settings at the top of a YAML file. Pure. */
export function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/((?:^#[^\n]*\n)*)^([A-Za-z][\w-]*):[^\n]*\n?(?:^(?:[ \t#][^\n]*)?(?:\n|$(?![^])))*/gm)].map(
    ([full, , name = ""]) => ({ name, full: full.trim(), text: bare(full) }),
  );
}

/** Adds a setting at the end; where there is one of this name, it gives way. Pure. */
export function setBlock(text: string, name: string, full: string): EditResult {
  const present = blocksOf(text).find((block) => block.name === name);
  if (present !== undefined) return edited(text.replace(uncommented(present.full), () => uncommented(full)));
  return edited(`${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${full}\n`);
}

/** Without the comment above: that is whoever's who wrote it. */
function uncommented(full: string): string {
  return full.replace(/^(?:#[^\n]*\n)+/, "");
}

/** Without comments, and with one blank for each row of them. */
function bare(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(/(?:^|\s)#.*$/, "").trim())
    .filter((line) => line !== "")
    .join(" ")
    .replace(/["']/g, "");
}
