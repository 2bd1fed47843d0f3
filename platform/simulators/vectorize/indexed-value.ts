import type { MetadataIndex } from "#simulators/contract/binding-props";
import { vectorizeLimits } from "./limits.js";
import type { Metadata } from "./parse-mutation.js";

export type IndexedValue = string | number | boolean;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The start of a string that a metadata index keeps: at most 64 bytes, cut at a character ("Metadata filtering").
 * Whether the live service cuts the filter's value too is not documented; here both sides are cut.
 */
export function truncateIndexed(text: string): string {
  const max = vectorizeLimits.maxIndexedStringBytes;
  // A UTF-16 unit is at most three bytes, so most strings are short enough without encoding them.
  if (text.length * 3 <= max) return text;
  const bytes = encoder.encode(text);
  if (bytes.length <= max) return text;
  let end = max;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return decoder.decode(bytes.subarray(0, end));
}

/** What the metadata indexes keep of a vector: declared properties whose value has the declared type. */
export function indexedValues(
  metadata: Metadata | undefined,
  indexes: readonly MetadataIndex[],
): ReadonlyMap<string, IndexedValue> {
  const values = new Map<string, IndexedValue>();
  if (metadata === undefined) return values;
  for (const { propertyName, type } of indexes) {
    const value = propertyAt(metadata, propertyName);
    if (typeof value !== type) continue;
    values.set(propertyName, typeof value === "string" ? truncateIndexed(value) : (value as IndexedValue));
  }
  return values;
}

/** The indexed values in the shape of the metadata they come from: `a.b` becomes `{a: {b: …}}`. */
export function nestIndexed(values: ReadonlyMap<string, IndexedValue>): Metadata {
  const nested: Record<string, unknown> = {};
  for (const [propertyName, value] of values) {
    const keys = propertyName.split(".");
    const last = keys.pop() ?? propertyName;
    let target = nested;
    for (const key of keys) target = (target[key] ??= {}) as Record<string, unknown>;
    target[last] = value;
  }
  return nested;
}

function propertyAt(metadata: Metadata, propertyName: string): unknown {
  let value: unknown = metadata;
  for (const key of propertyName.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
