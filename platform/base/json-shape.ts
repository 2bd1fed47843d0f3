/** Levels of nesting that parsed JSON of a stranger may have. */
export const MAX_JSON_DEPTH = 64;

/**
 * Says why parsed JSON must not go on to a schema, which would not see it or not survive it: the key `__proto__`, which
 * object copies drop silently, or nesting beyond `MAX_JSON_DEPTH`. `undefined` when there is nothing of the kind.
 * Iterative, so that depth costs no stack.
 */
export function findHostileShape(value: unknown): string | undefined {
  const open: [node: unknown, depth: number][] = [[value, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next;
    if (typeof node !== "object" || node === null) continue;
    if (depth >= MAX_JSON_DEPTH) return `is nested deeper than ${MAX_JSON_DEPTH} levels`;
    if (Object.hasOwn(node, "__proto__")) return 'holds the key "__proto__", which is not allowed';
    for (const child of Object.values(node)) open.push([child, depth + 1]);
  }
  return undefined;
}
