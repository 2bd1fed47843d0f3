import { ALL_TOOLS } from "#llm-tools/builtin/all-tools";
import { isToolEnabled } from "#llm-tools/tool-access";
import { liveObjects } from "#tenancy/own-bindings";
import type { TenantFile } from "#tenancy/parse-tenant-config";
import { CommandError } from "#tools/command/command-line";
import type { BundledTenant } from "#tools/tenant/config/entry-module";
import { parsePromptFile } from "#tools/tenant/config/prompt-file";
import { readText } from "#tools/tenant/config/read-tenant-config";

/** What the entry module of a bundle must know of a tenant. Pure. */
export function bundledTenant(
  config: TenantFile,
  configImport: string,
  prompts: Readonly<Record<string, string>>,
): BundledTenant {
  return {
    tenantId: config.tenantId,
    configImport,
    prompts,
    acceptsTokens: config.auth.jwt !== undefined,
    hasInsights: config.insights.enabled,
    speechProvider: config.tts.provider,
    tools: toolsOf(config),
    objects: liveObjects(config.bindings ?? {}).map(([, { object }]) => object),
  };
}

/** What a Worker knows of its tenant: with all defaults, so that it need not check again, and without what is for the build alone. */
export function canonicalConfig(config: TenantFile): string {
  const { $schema: _editorsOnly, bindings: _buildOnly, ...rest } = config;
  return `${JSON.stringify(rest, null, 2)}\n`;
}

/** Reads prompt files: text by name. @throws CommandError with all that is wrong with them. */
export function readPrompts(files: readonly string[]): Record<string, string> {
  const results = files.map((file) => parsePromptFile(file, readText(file)));
  const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) throw new CommandError(problems.join("\n"));
  return Object.fromEntries(results.flatMap((result) => (result.ok ? [[result.name, result.text]] : [])));
}

function toolsOf({ tools }: TenantFile): BundledTenant["tools"] {
  const all = [...ALL_TOOLS.values()];
  const namesOf = (areEnabled: boolean): readonly string[] =>
    all.flatMap((tool) => (isToolEnabled(tools, tool) === areEnabled ? [tool.name] : []));
  return { enabled: namesOf(true), absent: namesOf(false) };
}
