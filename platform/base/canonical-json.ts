/**
 * The one text of a JSON value (RFC 8785): no blanks, members sorted by the UTF-16 code units of their names, numbers and
 * strings as JSON.stringify writes them. Equal values give equal texts, so that a digest of the text tells them apart.
 * For values without hostile depth: see `findHostileShape`.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
