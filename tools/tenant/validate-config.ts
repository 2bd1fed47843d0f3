import { writeFileSync } from "node:fs";
import path from "node:path";

import { type CommandLine, type CommandSpec, EXIT_CODES, exitCodeOf, required } from "#tools/command/command-line";
import { bundledTenant, canonicalConfig, readPrompts } from "#tools/tenant/config/bundled-tenant";
import { renderEntryModule } from "#tools/tenant/config/entry-module";
import { readTenantConfig } from "#tools/tenant/config/read-tenant-config";

const options = {
  tenant: { type: "string", value: "NAME", about: "name of the tenant's folder; must equal tenantId" },
  config: { type: "string", value: "FILE", about: "the tenant's tenant.config.json (comments allowed)" },
  prompts: { type: "string", value: "FILE", multiple: true, about: "a prompts/<name>.md to bake in; repeatable" },
  app: { type: "string", value: "NAME", about: "the app below apps/ whose routes the Worker has besides" },
  "out-config": { type: "string", value: "FILE", about: "where the checked config goes, defaults filled in" },
  "out-entry": { type: "string", value: "FILE", about: "where the bundle's entry module goes" },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "validate-config",
  about: "Checks a tenant's config and prompts, and writes what the bundle is made of.",
  options,
  examples: [
    "validate-config --tenant acme --config tenants/acme/tenant.config.json --out-config gen/config.json --out-entry gen/entry.js",
    "validate-config … --prompts tenants/acme/prompts/system.md",
  ],
};

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export const run = (args: readonly string[]): Promise<number> => exitCodeOf(spec, validate, args);

function validate({ values }: CommandLine<typeof options>): number {
  const outConfig = required(values["out-config"], "out-config");
  const outEntry = required(values["out-entry"], "out-entry");
  const config = readTenantConfig(required(values.config, "config"), required(values.tenant, "tenant"));
  const prompts = readPrompts(values.prompts ?? []);
  const configImport = relativeImport(outEntry, outConfig);
  writeFileSync(outConfig, canonicalConfig(config));
  const tenant = {
    ...bundledTenant(config, configImport, prompts),
    ...(values.app === undefined ? {} : { app: appOf(values.app, outEntry) }),
  };
  writeFileSync(outEntry, renderEntryModule([tenant]));
  return EXIT_CODES.ok;
}

function appOf(name: string, outEntry: string): { readonly name: string; readonly pathsImport: string } {
  return { name, pathsImport: relativeImport(outEntry, `apps/${name}/gen/openapi.json`) };
}

function relativeImport(fromFile: string, toFile: string): string {
  const relative = path.posix.relative(path.dirname(fromFile), toFile);
  return relative.startsWith(".") ? relative : `./${relative}`;
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
