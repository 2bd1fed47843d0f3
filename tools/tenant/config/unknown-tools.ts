import { ALL_TOOLS } from "#llm-tools/builtin/all-tools";
import { isToolEnabled } from "#llm-tools/tool-access";
import type { ConfigProblem } from "#tenancy/parse-tenant-config";
import type { TenantConfig } from "#tenancy/tenant-config";

/** Names of tools in a config that no tool has, or that the tenant has not enabled. The schema knows no tools: it stands below them. */
export function findUnknownTools({ tools }: TenantConfig): ConfigProblem[] {
  const enabled = (tools.enabled ?? []).map((name, index) => check(name, `tools.enabled.${index}`));
  const model = tools.model.default.map((name, index) => {
    const field = `tools.model.default.${index}`;
    const tool = ALL_TOOLS.get(name);
    if (tool === undefined || isToolEnabled(tools, tool)) return check(name, field);
    const remedy = `name "${name}" in tools.enabled, with the other tools that the tenant should have, or remove it here`;
    return [{ field, rule: `"${name}" writes, so it is not enabled unless tools.enabled names it`, remedy }];
  });
  return [...enabled, ...model].flat();
}

function check(name: string, field: string): ConfigProblem[] {
  if (ALL_TOOLS.has(name)) return [];
  return [
    {
      field,
      rule: `there is no tool "${name}"`,
      remedy: `remove it, or name one of: ${[...ALL_TOOLS.keys()].join(", ")}`,
    },
  ];
}
