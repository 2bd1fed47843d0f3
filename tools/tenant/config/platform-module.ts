import { readImports } from "#tools/link/entry-imports";
import { renderEntryModule } from "#tools/tenant/config/entry-module";

/** What a tenant may choose of. */
interface AllFeatures {
  readonly tools: readonly string[];
  readonly speechProviders: readonly string[];
}

/** The source of the module that exports whatever an entry module can import of the platform, by an arbitrary name. Pure. */
export function renderPlatformModule({ tools, speechProviders }: AllFeatures): string {
  const wantsAll = {
    tenantId: "all",
    configImport: "./config.json",
    prompts: {},
    acceptsTokens: true,
    hasInsights: true,
    tools: { enabled: tools, absent: [] },
  };
  const entry = renderEntryModule(speechProviders.map((speechProvider) => ({ ...wantsAll, speechProvider })));
  const { imports } = readImports(entry);
  return [
    "// Generated from the lists of what tenants can enable. Do not edit.",
    ...imports
      .filter(({ from }) => !from.endsWith(".json"))
      .map(({ name, from }, index) => `export { ${name} as part${index} } from ${JSON.stringify(from)};`),
    "",
  ].join("\n");
}
