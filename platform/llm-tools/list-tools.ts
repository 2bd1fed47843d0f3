import * as z from "#base/zod";

import type { Principal } from "#auth/principal";
import { toJsonSchema } from "#llm-tools/json-schema";
import type { ToolRegistry } from "#llm-tools/registry";
import type { Tool } from "#llm-tools/tool";
import { mayUseTool, scopesOf } from "#llm-tools/tool-access";
import type { ToolsConfig } from "#tenancy/tools-config";

/** A tool as callers see it. */
export const toolDescriptionSchema = z.object({
  name: z.string(),
  description: z.string(),
  inputSchema: z.record(z.string(), z.unknown()).check(z.describe("JSON Schema 2020-12 of the arguments.")),
  outputSchema: z.record(z.string(), z.unknown()).check(z.describe("JSON Schema 2020-12 of the result.")),
  effect: z.enum(["reads", "writes"]),
  scopes: z.array(z.string()).check(z.describe("Scopes that a caller needs; tools stands for tools:<name>.")),
  timeoutMs: z.int().check(z.describe("Most time of one run, in milliseconds.")),
});

export type ToolDescription = z.output<typeof toolDescriptionSchema>;

/** `data` of `GET /tools`. */
export const listToolsResponseSchema = z.object({ tools: z.array(toolDescriptionSchema) });

/** The tools that a principal may use, by name. */
export function listTools(tools: ToolRegistry, config: ToolsConfig, principal: Principal): readonly ToolDescription[] {
  return [...tools.values()].filter((tool) => mayUseTool(config, principal, tool)).map(describeTool);
}

/** Worked out once: schemas do not change. */
const descriptions = new WeakMap<Tool, ToolDescription>();

export function describeTool(tool: Tool): ToolDescription {
  const known = descriptions.get(tool);
  if (known !== undefined) return known;
  const { name, description, effect, timeoutMs } = tool;
  const made: ToolDescription = {
    name,
    description,
    inputSchema: toJsonSchema(tool.input, "input"),
    outputSchema: toJsonSchema(tool.output, "output"),
    effect,
    scopes: [...scopesOf(tool)],
    timeoutMs,
  };
  descriptions.set(tool, made);
  return made;
}
