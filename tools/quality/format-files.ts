import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as prettier from "prettier";

/** "check" only looks, "write" repairs. */
export type FormatMode = "check" | "write";

const platforms: Partial<Record<NodeJS.Platform, string>> = { darwin: "darwin", linux: "linux" };
const architectures: Partial<Record<NodeJS.Architecture, string>> = { arm64: "arm64", x64: "amd64" };

/** Files as a program made them, or as somebody else sent them. */
const NOT_OURS = /(?:^|\/)(?:golden|node_modules|testdata)\/|^pnpm-lock\.yaml$/;
const SUFFIXES = /\.(?:bazel|bzl|cjs|css|html|js|json|jsonc|md|mjs|ts|tsx|yaml|yml)$|(?:^|\/)WORKSPACE$/;

/** Whether a file, by its path from the root, has a format that is ours to choose. */
export function isFormatted(file: string): boolean {
  return SUFFIXES.test(file) && !NOT_OURS.test(file);
}

/**
 * Formats files: Bazel's with buildifier, the others with prettier. Returns what is wrong, a sentence per file; in
 * "write" mode only what cannot be repaired by itself.
 *
 * @param files relative to the root
 * @param modules the folder `node_modules` that holds buildifier
 */
export async function formatFiles(
  root: string,
  files: readonly string[],
  mode: FormatMode,
  modules: string,
): Promise<string[]> {
  const isBazels = (file: string): boolean => /(?:^|\/)(?:BUILD|MODULE)\.bazel$|\.bzl$|(?:^|\/)WORKSPACE$/.test(file);
  const complaints = runBuildifier(root, files.filter(isBazels), mode, modules);
  for (const file of files.filter((name) => !isBazels(name))) {
    const complaint = await runPrettier(root, file, mode);
    if (complaint !== undefined) complaints.push(complaint);
  }
  return complaints;
}

async function runPrettier(root: string, file: string, mode: FormatMode): Promise<string | undefined> {
  const filepath = path.join(root, file);
  const { ignored, inferredParser } = await prettier.getFileInfo(filepath, {
    ignorePath: path.join(root, ".prettierignore"),
  });
  if (ignored || inferredParser === null) return undefined;
  const text = readFileSync(filepath, "utf8");
  const options = { ...(await prettier.resolveConfig(filepath)), filepath };
  if (mode === "check") return (await prettier.check(text, options)) ? undefined : `${file}: prettier would change it`;
  const formatted = await prettier.format(text, options);
  if (formatted !== text) writeFileSync(filepath, formatted);
  return undefined;
}

function runBuildifier(root: string, files: readonly string[], mode: FormatMode, modules: string): string[] {
  if (files.length === 0) return [];
  const platform = platforms[process.platform] ?? process.platform;
  const architecture = architectures[process.arch] ?? process.arch;
  const program = path.resolve(modules, "@bazel/buildifier", `buildifier-${platform}_${architecture}`);
  const flags = mode === "check" ? ["-mode=check", "-lint=warn"] : ["-mode=fix", "-lint=fix"];
  const { error, status, stdout, stderr } = spawnSync(program, [...flags, ...files], { cwd: root, encoding: "utf8" });
  if (error !== undefined) throw error;
  return status === 0 ? [] : `${stdout}${stderr}`.trimEnd().split("\n");
}
