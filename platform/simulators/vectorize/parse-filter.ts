import type { MetadataIndex } from "#simulators/contract/binding-props";
import { VectorizeRefusal, byteLength, vectorizeErrorCodes as codes, vectorizeLimits as limits } from "./limits.js";
import { type IndexedValue, truncateIndexed } from "./indexed-value.js";

type Comparable = string | number | boolean | null;

/** One condition of a filter. All conditions must hold. */
export type FilterTest =
  /** No metadata index on the property, so the service finds nothing by it. */
  | { readonly op: "never" }
  | { readonly op: "one-of"; readonly property: string; readonly values: readonly Comparable[] }
  | { readonly op: "none-of"; readonly property: string; readonly values: readonly Comparable[] }
  | BoundTest;

interface BoundTest {
  readonly op: "$lt" | "$lte" | "$gt" | "$gte";
  readonly property: string;
  readonly bound: string | number;
}

/**
 * Reads a `filter` by the rules of "Metadata filtering": keys name declared metadata indexes, dots go into nested
 * metadata, several keys are joined by AND, an upper bound may be combined with a lower one and nothing else.
 *
 * @throws VectorizeRefusal
 */
export function parseFilter(filter: unknown, indexes: readonly MetadataIndex[]): FilterTest[] {
  if (typeof filter !== "object" || filter === null || Array.isArray(filter)) throw bad("filter must be an object");
  const entries = Object.entries(filter);
  if (entries.length === 0) throw bad("filter must be a non-empty object");
  const bytes = byteLength(JSON.stringify(filter));
  if (bytes > limits.maxFilterBytes) {
    throw bad(`filter too large; must be less than ${limits.maxFilterBytes + 1} bytes, got ${bytes} bytes`);
  }
  const declared = new Set(indexes.map(({ propertyName }) => propertyName));
  return entries.flatMap(([property, condition]) => {
    assertKey(property);
    const tests = parseCondition(property, condition);
    return declared.has(property) ? tests : [{ op: "never" as const }];
  });
}

/** Whether a vector with these indexed values passes all tests. */
export function matchesFilter(tests: readonly FilterTest[], indexed: ReadonlyMap<string, IndexedValue>): boolean {
  return tests.every((test) => test.op !== "never" && passes(test, indexed.get(test.property)));
}

function passes(test: Exclude<FilterTest, { readonly op: "never" }>, value: IndexedValue | undefined): boolean {
  if (test.op === "one-of") return test.values.includes(value ?? null);
  if (test.op === "none-of") return !test.values.includes(value ?? null);
  return isWithin(test, value);
}

/** Numbers are ordered by size, strings lexicographically; a value of another type than the bound is outside. */
function isWithin({ op, bound }: BoundTest, value: IndexedValue | undefined): boolean {
  if (value === undefined || typeof value !== typeof bound) return false;
  switch (op) {
    case "$lt":
      return value < bound;
    case "$lte":
      return value <= bound;
    case "$gt":
      return value > bound;
    case "$gte":
      return value >= bound;
  }
}

function assertKey(key: string): void {
  const isBad = key === "" || key.startsWith("$") || key.includes('"') || key.length > limits.maxFilterKeyLength;
  if (isBad || key.split(".").includes("")) throw bad(`invalid filter key ${JSON.stringify(key)}`);
}

function parseCondition(property: string, condition: unknown): FilterTest[] {
  if (isComparable(condition)) return [{ op: "one-of", property, values: [truncated(condition)] }];
  if (typeof condition !== "object" || Array.isArray(condition))
    throw bad(`invalid value for filter key "${property}"`);
  const operators = Object.entries(condition);
  assertCombination(
    property,
    operators.map(([operator]) => operator),
  );
  return operators.map(([operator, operand]) => parseOperator(property, operator, operand));
}

function assertCombination(property: string, operators: readonly string[]): void {
  const upper = operators.filter((operator) => operator === "$lt" || operator === "$lte").length;
  const lower = operators.filter((operator) => operator === "$gt" || operator === "$gte").length;
  const isRange = operators.length === 2 && upper === 1 && lower === 1;
  if (operators.length !== 1 && !isRange) {
    throw bad(`filter key "${property}" needs one operator, or an upper bound with a lower one`);
  }
}

function parseOperator(property: string, operator: string, operand: unknown): FilterTest {
  switch (operator) {
    case "$eq":
    case "$ne":
      if (!isComparable(operand)) throw bad(`${operator} of "${property}" needs a string, number, boolean or null`);
      return { op: operator === "$eq" ? "one-of" : "none-of", property, values: [truncated(operand)] };
    case "$in":
    case "$nin":
      if (!Array.isArray(operand) || !operand.every(isComparable))
        throw bad(`${operator} of "${property}" needs an array`);
      return { op: operator === "$in" ? "one-of" : "none-of", property, values: operand.map(truncated) };
    case "$lt":
    case "$lte":
    case "$gt":
    case "$gte":
      if (typeof operand !== "string" && typeof operand !== "number") {
        throw bad(`${operator} of "${property}" needs a string or number`);
      }
      return { op: operator, property, bound: typeof operand === "string" ? truncateIndexed(operand) : operand };
    default:
      throw bad(`unknown filter operator ${JSON.stringify(operator)}`);
  }
}

function truncated(value: Comparable): Comparable {
  return typeof value === "string" ? truncateIndexed(value) : value;
}

function isComparable(value: unknown): value is Comparable {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function bad(reason: string): VectorizeRefusal {
  return new VectorizeRefusal(codes.parseQuery, `invalid filter: ${reason}`);
}
