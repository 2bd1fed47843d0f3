import { edited, type EditResult } from "./edit-result.js";
import type { Part } from "./part.js";

/**
 * The lines of a file of settings, without comments and empty ones: `build --x=1` is called `build --x`, as `build --nox` is; a
 * line without a value is its own name. Pure.
 */
export function linesOf(text: string): readonly Part[] {
  return text.split("\n").flatMap((raw): readonly Part[] => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return [];
    const [command = "", ...flags] = line.split(/\s+/);
    // Several flags of one command can share a line (bazel.build/run/bazelrc).
    if (!flags.some((flag) => flag.startsWith("--"))) return [{ name: line, text: line }];
    return flags.map((flag) => ({ name: nameOfFlag(command, flag), text: `${command} ${flag}` }));
  });
}

function nameOfFlag(command: string, flag: string): string {
  return `${command} ${flag.replace(/=.*$/, "").replace(/^--no(?=[a-z])/, "--")}`;
}

/** Gives a file a line: in the place of the one of its name, or at the end. Pure. */
export function setLine(text: string, name: string, line: string): EditResult {
  const lines = text.split("\n");
  const at = lines.findIndex((candidate) => linesOf(candidate).some((part) => part.name === name));
  if (at === -1) return edited(`${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`);
  const parts = linesOf(lines[at] ?? "");
  const rest = parts.map((part) => (part.name === name ? line : part.text));
  return edited(lines.toSpliced(at, 1, ...rest).join("\n"));
}
