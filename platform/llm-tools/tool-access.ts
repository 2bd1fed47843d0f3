import { hasScope, type Principal, requireKey } from "#auth/principal";
import { PlatformError } from "#base/errors";
import type { Tool } from "#llm-tools/tool";
import type { Scope } from "#tenancy/scopes";
import type { ToolsConfig } from "#tenancy/tools-config";

/** Whether a tenant has a tool. A tool that writes has to be named in its config. */
export function isToolEnabled({ enabled }: ToolsConfig, { name, effect }: Tool): boolean {
  return enabled === undefined ? effect === "reads" : enabled.includes(name);
}

/** Every scope that a caller of a tool needs; `tools` stands for `tools:<name>`. */
export function scopesOf({ name, scopes }: Tool): readonly Scope[] {
  return [`tools:${name}`, ...scopes];
}

/** Whether a principal may use a tool of its tenant, as far as scopes and the tenant's list say. */
export function mayUseTool(config: ToolsConfig, principal: Principal, tool: Tool): boolean {
  return isToolEnabled(config, tool) && scopesOf(tool).every((scope) => hasScope(principal, scope));
}

/** Refuses with `tool_forbidden` what `mayUseTool` denies, and says why; with `unauthenticated` a caller without a key. */
export function requireTool(config: ToolsConfig, principal: Principal, tool: Tool): void {
  if (!isToolEnabled(config, tool))
    throw new PlatformError(
      "tool_forbidden",
      `The tool "${tool.name}" is not enabled for this tenant. Its operator can add it to tools.enabled.`,
    );
  const missing = scopesOf(tool).filter((scope) => !hasScope(principal, scope));
  if (missing.length === 0) return;
  requireKey(principal);
  throw new PlatformError("tool_forbidden", `The tool "${tool.name}" needs the scope ${quoteAll(missing)}.`);
}

function quoteAll(scopes: readonly Scope[]): string {
  return scopes.map((scope) => `"${scope}"`).join(" and ");
}
