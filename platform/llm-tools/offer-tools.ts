import type { OfferedTool } from "#ai-gateway/model-client";
import type { Principal } from "#auth/principal";
import { PlatformError } from "#base/errors";
import { describeTool } from "#llm-tools/list-tools";
import type { ToolHost } from "#llm-tools/run-tool";
import { mayUseTool, requireTool } from "#llm-tools/tool-access";

/**
 * Names of the tools that a model may be offered on behalf of a caller: those it wants, or else the tenant's default ones
 * as far as the caller may use them. Errors: `tool_not_found`, `tool_forbidden`, of a tool that the caller wants.
 */
export function offerTools(
  { tools, config }: Pick<ToolHost, "tools" | "config">,
  principal: Principal,
  wanted?: readonly string[],
): string[] {
  if (wanted === undefined)
    return config.model.default.filter((name) => {
      const tool = tools.get(name);
      return tool !== undefined && mayUseTool(config, principal, tool);
    });
  const names = [...new Set(wanted)];
  for (const name of names) {
    const tool = tools.get(name);
    if (tool === undefined)
      throw new PlatformError("tool_not_found", "There is no such tool. GET /tools lists those you may use.");
    requireTool(config, principal, tool);
  }
  return names;
}

/** The same host with these tools only: what a model was not offered is not there for it. */
export function restrictTools(host: ToolHost, names: readonly string[]): ToolHost {
  const offered = new Set(names);
  return { ...host, tools: new Map([...host.tools].filter(([name]) => offered.has(name))) };
}

/** The tools of a host as a model is told of them. */
export function toOfferedTools({ tools }: Pick<ToolHost, "tools">): OfferedTool[] {
  return [...tools.values()].map((tool) => {
    const { name, description, inputSchema } = describeTool(tool);
    return { name, description, parameters: inputSchema };
  });
}
