import { defect } from "#base/errors";
import type { Tool } from "#llm-tools/tool";

/**
 * Tools by name, in the order of their names. A `Map`: names come from callers, and `constructor` is a tool nobody knows.
 * @throws a defect when two have one name.
 */
export function toRegistry(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  const byName = new Map<string, Tool>();
  for (const tool of tools.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (byName.has(tool.name)) throw defect(`two tools are called ${tool.name}`);
    byName.set(tool.name, tool);
  }
  return byName;
}
