import { readFileSync } from "node:fs";

import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from "jsonc-parser";

import { CommandError } from "#tools/command/command-line";
import { findUnknownSpeech } from "#tools/tenant/config/unknown-speech";
import { findUnknownTools } from "#tools/tenant/config/unknown-tools";
import {
  formatConfigProblems,
  parseTenantConfig,
  type ConfigProblem,
  type TenantFile,
} from "#tenancy/parse-tenant-config";
import type { TenantConfig } from "#tenancy/tenant-config";

/** A config that holds, or the report that a person needs to mend it. */
export type ConfigTextResult =
  { readonly ok: true; readonly config: TenantFile } | { readonly ok: false; readonly report: string };

/**
 * Checks the text of a `tenant.config.json` (JSON with comments and trailing commas). Pure.
 * Every problem names its line. `expectedId` is the name of the tenant's folder.
 */
export function parseTenantConfigText(file: string, text: string, expectedId?: string): ConfigTextResult {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || root === undefined) return { ok: false, report: syntaxReport(file, text, errors) };
  const unsafe = unsafeKeys(root, text);
  if (unsafe.length > 0) return { ok: false, report: formatConfigProblems(file, unsafe) };
  const result = parseTenantConfig(getNodeValue(root));
  const problems = result.ok
    ? [
        ...mismatchedId(result.config, expectedId),
        ...findUnknownTools(result.config),
        ...findUnknownSpeech(result.config),
      ]
    : result.problems;
  if (problems.length > 0) return { ok: false, report: formatConfigProblems(file, withLines(problems, root, text)) };
  return result.ok ? result : { ok: false, report: formatConfigProblems(file, problems) };
}

/** Reads and checks a config file. @throws CommandError when it cannot be read or does not hold. */
export function readTenantConfig(file: string, expectedId?: string): TenantFile {
  const result = parseTenantConfigText(file, readText(file), expectedId);
  if (!result.ok) throw new CommandError(result.report);
  return result.config;
}

/** Reads a text file. @throws CommandError when it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(`cannot read ${file}`, {
      why: error instanceof Error ? error.message : String(error),
      fix: "check the path: it is taken from the current folder",
    });
  }
}

function syntaxReport(file: string, text: string, errors: readonly ParseError[]): string {
  if (text.trim() === "")
    return `${file}: the file is empty\n  remedy: copy tenant.config.json of another tenant and change its tenantId`;
  return errors
    .slice(0, 5)
    .map(({ error, offset }) => {
      const { line, column } = positionAt(text, offset);
      const code = printParseErrorCode(error)
        .replace(/([a-z])([A-Z])/g, "$1 $2")
        .toLowerCase();
      const source = text.split("\n")[line - 1] ?? "";
      return `${file}:${line}:${column}: not valid JSON: ${code}\n  ${source.trimEnd()}\n  ${" ".repeat(column - 1)}^`;
    })
    .join("\n");
}

/** Keys that JSON allows and that would silently win or vanish: duplicates and `__proto__`. */
function unsafeKeys(node: Node, text: string, path: readonly string[] = []): ConfigProblem[] {
  if (node.type === "array")
    return (node.children ?? []).flatMap((child, index) => unsafeKeys(child, text, [...path, String(index)]));
  if (node.type !== "object") return [];
  const seen = new Set<string>();
  return (node.children ?? []).flatMap((property) => {
    const [keyNode, valueNode] = property.children ?? [];
    const key = String(keyNode?.value);
    const here = [...path, key];
    const nested = valueNode === undefined ? [] : unsafeKeys(valueNode, text, here);
    const isDuplicate = seen.has(key);
    seen.add(key);
    if (!isDuplicate && key !== "__proto__") return nested;
    const rule = isDuplicate
      ? "the key is there twice: only the last one would count"
      : "unknown key: the schema has no such field";
    const field = `${here.join(".")} (line ${positionAt(text, property.offset).line})`;
    return [{ field, rule, remedy: isDuplicate ? "keep one of the two" : `remove "${key}"` }, ...nested];
  });
}

function mismatchedId(config: TenantConfig, expectedId: string | undefined): ConfigProblem[] {
  if (expectedId === undefined || config.tenantId === expectedId) return [];
  return [
    {
      field: "tenantId",
      rule: `is "${config.tenantId}", but the tenant's folder is called "${expectedId}": they must be the same`,
      remedy: `write "tenantId": "${expectedId}", or rename the folder (and the name in its BUILD.bazel) to "${config.tenantId}"`,
    },
  ];
}

function withLines(problems: readonly ConfigProblem[], root: Node, text: string): ConfigProblem[] {
  return problems.map((problem) => {
    const node = findField(root, problem.field);
    return node === undefined
      ? problem
      : { ...problem, field: `${problem.field} (line ${positionAt(text, node.offset).line})` };
  });
}

function findField(root: Node, field: string): Node | undefined {
  const path = field.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return findNodeAtLocation(root, path);
}

function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
