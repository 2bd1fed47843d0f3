/** A JSON object, seen key by key. */
export type JsonObject = Readonly<Record<string, unknown>>;

const EMPTY: JsonObject = {};

/** The value as an object; anything else, arrays too, becomes an empty one. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : EMPTY;
}

/** The value as an array; anything else becomes an empty one. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
