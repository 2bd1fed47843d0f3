/**
 * The fields of an object that are known; what is no object stays as it is. Native routes refuse unknown fields, those of the
 * older contract never did.
 */
export function knownFields(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));
}
