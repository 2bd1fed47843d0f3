import * as z from "#base/zod";

import { ownBindingsSchema, type OwnBindings } from "#tenancy/own-bindings";
import { tenantConfigSchema, type TenantConfig } from "#tenancy/tenant-config";

/** A config as it is in its file: with what only the build and operators read. */
export interface TenantFile extends TenantConfig {
  /** Bindings besides the platform's; absent when there are none. */
  readonly bindings?: OwnBindings;
}

/** One broken rule of a config file, in the words of the person who has to mend it. */
export interface ConfigProblem {
  /** Dotted path, e.g. `environments.staging.resources.d1DatabaseId`; `(file)` for the file as a whole. */
  readonly field: string;
  /** Which rule is broken. */
  readonly rule: string;
  /** What to do about it. */
  readonly remedy: string;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: TenantFile }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Checks a parsed JSON value against the schema. Pure: reads no file and throws nothing. */
export function parseTenantConfig(value: unknown): ConfigResult {
  const { bindings, rest } = splitBindings(value);
  const result = tenantConfigSchema.safeParse(rest);
  const own = ownBindingsSchema.safeParse(bindings ?? {});
  if (result.success && own.success) {
    return { ok: true, config: bindings === undefined ? result.data : { ...result.data, bindings: own.data } };
  }
  const ownIssues = (own.error?.issues ?? []).map((issue) => ({ ...issue, path: ["bindings", ...issue.path] }));
  return {
    ok: false,
    problems: [...(result.error?.issues ?? []), ...ownIssues].flatMap((issue) => describeIssue(issue)),
  };
}

function splitBindings(value: unknown): { readonly bindings: unknown; readonly rest: unknown } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { bindings: undefined, rest: value };
  const { bindings, ...rest } = value as { readonly bindings?: unknown };
  return { bindings, rest };
}

/** The text a failed build shows: file, field, rule and remedy of every problem. */
export function formatConfigProblems(file: string, problems: readonly ConfigProblem[]): string {
  const blocks = problems.map(({ field, rule, remedy }) => `  ${field}\n    rule:   ${rule}\n    remedy: ${remedy}`);
  return [
    `${file}: not a valid tenant config (${problems.length} problem${problems.length === 1 ? "" : "s"})`,
    ...blocks,
  ].join("\n");
}

function describeIssue(issue: z.core.$ZodIssue): ConfigProblem[] {
  const field = issue.path.map(String).join(".") || "(file)";
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      field: issue.path.length === 0 ? key : `${field}.${key}`,
      rule: "unknown key: the schema has no such field here",
      remedy: `remove "${key}"${suggestion(key, knownKeys(issue.path))}`,
    }));
  }
  return [{ field, rule: issue.message, remedy: remedyFor(issue, field) }];
}

function remedyFor(issue: z.core.$ZodIssue, field: string): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined && issue.message.includes("undefined")
        ? `add "${field}" (a ${issue.expected})`
        : `give "${field}" a ${issue.expected}`;
    case "invalid_value":
      return `choose one of: ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `use at least ${String(issue.minimum)}`;
    case "too_big":
      return `use at most ${String(issue.maximum)}`;
    case "custom":
      return typeof issue.params?.["remedy"] === "string" ? issue.params["remedy"] : restate(issue, field);
    default:
      return restate(issue, field);
  }
}

function restate(issue: z.core.$ZodIssue, field: string): string {
  return `correct "${field}" so that it ${issue.message.startsWith("must") ? issue.message : "follows the rule"}`;
}

/** Keys the schema knows at a path, for "did you mean". Empty where the path leaves plain objects. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let node: unknown = z.toJSONSchema(tenantConfigSchema, { io: "input", unrepresentable: "any" });
  for (const part of path) node = property(property(node, "properties"), String(part));
  return Object.keys((property(node, "properties") as object | undefined) ?? {});
}

function property(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null ? Object.getOwnPropertyDescriptor(node, key)?.value : undefined;
}

function suggestion(key: string, candidates: readonly string[]): string {
  const close = candidates.find((candidate) => isTypoOf(candidate.toLowerCase(), key.toLowerCase()));
  if (close !== undefined) return `, or did you mean "${close}"?`;
  return candidates.length === 0 ? "" : ` (known here: ${candidates.join(", ")})`;
}

/** True when at most two characters were inserted, dropped or changed (Levenshtein distance). */
function isTypoOf(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 2) return false;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return (row[b.length] ?? Infinity) <= 2;
}
