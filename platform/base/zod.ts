/**
 * zod, in its functional dialect (zod/mini: a fourth of the size in a bundle), with messages of our own.
 *
 * Every schema of this repository is written with `import * as z from "#base/zod"`: one dialect, and one place that
 * says in which words a broken rule is told.
 */
import { config, type core } from "zod/mini";

config({ localeError: sayRule });

export * from "zod/mini";

/** What a value that breaks a rule of its schema should be instead. The field's name stands before it. */
function sayRule(issue: core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected}, received ${kindOf(issue.input)}`;
    case "invalid_value":
      return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "too_small":
      return `must ${bound(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum)}`;
    case "too_big":
      return `must ${bound(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum)}`;
    case "invalid_format":
      return issue.format === "regex" ? `must match ${issue.pattern}` : `must be a valid ${issue.format}`;
    case "unrecognized_keys":
      return `has unknown ${issue.keys.length > 1 ? "fields" : "field"} ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    case "invalid_union":
      return "fits none of the forms it may have";
    default:
      return "is not valid";
  }
}

function bound(origin: string, word: string, limit: unknown): string {
  if (origin === "string") return `have ${word} ${String(limit)} characters`;
  if (origin === "array") return `have ${word} ${String(limit)} items`;
  return `be ${word} ${String(limit)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Number.isNaN(value)) return "NaN";
  return Array.isArray(value) ? "array" : typeof value;
}
