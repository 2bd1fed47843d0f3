/**
 * zod, in its functional dialect (zod/mini: a fourth of the size in a bundle), with messages of our own.
 *
 * Every schema of this repository is written with `import * as z from "#base/zod"`: one dialect, and one place that
 * says in which words a broken rule is told.
 */
import { config, type iso as isoSchemas, ZodMiniNumber, ZodMiniStringFormat } from "zod/mini";
import { $constructor, $ZodISODateTime, type $ZodRawIssue, _coercedNumber, _isoDateTime } from "zod/v4/core";

config({ localeError: sayRule });

export * from "zod/mini";

const ISODateTime = $constructor<isoSchemas.ZodMiniISODateTime>("ZodMiniISODateTime", (schema, definition) => {
  $ZodISODateTime.init(schema, definition);
  ZodMiniStringFormat.init(schema, definition);
});

/** Of `z.iso` what is in use: zod's own holds dates, times and durations together, and would be in each bundle with all of them. */
export const iso = { datetime: (): isoSchemas.ZodMiniISODateTime => _isoDateTime(ISODateTime) };

/** Of `z.coerce` what is in use, for the same reason. */
export const coerce = {
  number: (): ZodMiniNumber => _coercedNumber<ZodMiniNumber>(ZodMiniNumber),
};

/** What a value that breaks a rule of its schema should be instead. The field's name stands before it. */
function sayRule(issue: $ZodRawIssue): string {
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
