/** The fields of an object that differ from those of `defaults`, and of objects in it again only those. Pure. */
export function withoutDefaults(value: object, defaults: object): Record<string, unknown> {
  const known = new Map<string, unknown>(Object.entries(defaults));
  const kept = Object.entries(value).flatMap(([key, field]: [string, unknown]) => {
    const usual = known.get(key);
    if (JSON.stringify(field) === JSON.stringify(usual)) return [];
    return [[key, isRecord(field) && isRecord(usual) ? withoutDefaults(field, usual) : field]];
  });
  return Object.fromEntries(kept) as Record<string, unknown>;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
