import { writeFileSync } from "node:fs";
import path from "node:path";

import { ENVIRONMENTS } from "#tenancy/environments";
import { type CommandLine, type CommandSpec, EXIT_CODES, exitCodeOf, required } from "#tools/command/command-line";
import { readTenantConfig } from "#tools/tenant/config/read-tenant-config";
import { renderWranglerConfig } from "#tools/tenant/config/wrangler-config";

const options = {
  config: { type: "string", value: "FILE", about: "a tenant's config, as written or as checked" },
  "out-dir": { type: "string", value: "FOLDER", about: "where wrangler.<environment>.jsonc of each environment goes" },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "render-wrangler",
  about: "Renders the wrangler.jsonc of every environment of a tenant.",
  options,
  examples: ["render-wrangler --config tenants/acme/tenant.config.json --out-dir gen"],
};

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export const run = (args: readonly string[]): Promise<number> => exitCodeOf(spec, render, args);

function render({ values }: CommandLine<typeof options>): number {
  const folder = required(values["out-dir"], "out-dir");
  const config = readTenantConfig(required(values.config, "config"));
  for (const environment of ENVIRONMENTS)
    writeFileSync(path.join(folder, `wrangler.${environment}.jsonc`), renderWranglerConfig(config, environment));
  return EXIT_CODES.ok;
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
