/** Largest JSON text bound to one statement, in bytes. D1 takes 2,000,000 (developers.cloudflare.com/d1/platform/limits). */
export const MAX_BOUND_JSON_BYTES = 1_000_000;

const encoder = new TextEncoder();

/**
 * Writes values as JSON arrays that each fit into one bound parameter, in order. With `json_each(?)` a statement
 * inserts any number of rows with one parameter, where D1 allows 100. No values, no arrays.
 */
export function packJsonArrays(values: readonly unknown[], maxBytes: number = MAX_BOUND_JSON_BYTES): readonly string[] {
  const arrays: string[] = [];
  let items: string[] = [];
  let bytes = 2;
  for (const value of values) {
    const item = JSON.stringify(value);
    const itemBytes = encoder.encode(item).length + 1;
    if (items.length > 0 && bytes + itemBytes > maxBytes) {
      arrays.push(`[${items.join(",")}]`);
      items = [];
      bytes = 2;
    }
    items.push(item);
    bytes += itemBytes;
  }
  if (items.length > 0) arrays.push(`[${items.join(",")}]`);
  return arrays;
}
