import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Where Debian and others put it; `$PROMTOOL` wins. */
const PLACES = [process.env["PROMTOOL"] ?? "", "/usr/bin/promtool", "/usr/local/bin/promtool"];

/** What promtool said of its input. */
export interface Verdict {
  /** 0: no objection. */
  readonly status: number | null;
  readonly text: string;
}

/** Runs promtool, the program with which Prometheus checks what it is given. */
export function promtool(args: readonly string[], input = ""): Verdict {
  const program = PLACES.find((file) => file !== "" && existsSync(file));
  if (program === undefined) throw new Error("promtool is not there: apt-get install prometheus, or set PROMTOOL.");
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
  return { status, text: stdout + stderr };
}

/** Writes a file for promtool. JSON is YAML. Answers its path. */
export function fileOf(name: string, content: object): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "promtool-")), name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}
