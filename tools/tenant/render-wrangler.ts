import { writeFileSync } from "node:fs";

import { ENVIRONMENTS } from "#tenancy/environment-config";
import { CommandError, EXIT_CODES, required, runCommand, type CommandSpec } from "#tools/command/command-line";
import { readTenantConfig } from "#tools/tenant/config/read-tenant-config";
import { renderWranglerConfig } from "#tools/tenant/config/wrangler-config";

const options = {
  config: { type: "string", value: "FILE", about: "a tenant's config, as written or as checked" },
  env: { type: "string", value: "NAME", about: `environment: ${ENVIRONMENTS.join(", ")}` },
  out: { type: "string", value: "FILE", about: "where the wrangler.jsonc goes; default: standard output" },
} as const;

const spec: CommandSpec<typeof options> = {
  name: "render-wrangler",
  about: "Renders the wrangler.jsonc of one environment of a tenant.",
  options,
  examples: [
    "render-wrangler --config tenants/acme/tenant.config.json --env production",
    "render-wrangler --config gen/config.json --env staging --out wrangler.staging.jsonc",
  ],
};

await runCommand(spec, ({ values }) => {
  const wanted = required(values.env, "env");
  const environment = ENVIRONMENTS.find((name) => name === wanted);
  if (environment === undefined) {
    throw new CommandError(`there is no environment "${wanted}"`, {
      fix: `use one of: ${ENVIRONMENTS.join(", ")}`,
      exitCode: EXIT_CODES.usage,
    });
  }
  const text = renderWranglerConfig(readTenantConfig(required(values.config, "config")), environment);
  if (values.out === undefined) process.stdout.write(text);
  else writeFileSync(values.out, text);
  return EXIT_CODES.ok;
});
