import { defect } from "#base/errors";
import * as z from "#base/zod";
import { defineTool, type Tool } from "#llm-tools/tool";

/** Tools by name, in the order of their names. A `Map`: names come from callers, and `constructor` is a tool nobody knows. */
export type ToolRegistry = ReadonlyMap<string, Tool>;

/**
 * Makes a registry.
 * @param absent names of tools that a bundle leaves out because none of its tenants has enabled them: who calls one is told so.
 * @throws a defect when two have one name.
 */
export function toRegistry(tools: readonly Tool[], absent: readonly string[] = []): ToolRegistry {
  const byName = new Map<string, Tool>();
  for (const tool of [...tools, ...absent.map(absentTool)].toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (byName.has(tool.name)) throw defect(`two tools are called ${tool.name}`);
    byName.set(tool.name, tool);
  }
  return byName;
}

/** Stands for a tool that is not there. One that writes is enabled for nobody who has not named it. */
function absentTool(name: string): Tool {
  return defineTool({
    name,
    description: "",
    input: z.strictObject({}),
    output: z.object({}),
    effect: "writes",
    scopes: [],
    timeoutMs: 1,
    returnsStoredText: false,
    run: () => {
      throw defect(`the tool ${name} is not in the bundle`);
    },
  });
}
