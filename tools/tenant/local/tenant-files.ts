import { existsSync } from "node:fs";

import type { TenantId } from "#tenancy/tenant-id";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { CommandError, required, type CommandLine, type OptionSpec } from "#tools/command/command-line";
import { readTenantConfig } from "#tools/tenant/config/read-tenant-config";
import type { TenantRuntimeOptions } from "#tools/tenant/local/tenant-runtime";

/** The options by which the macro tells a command which tenant it is for. People never type them. */
export const tenantFileOptions = {
  tenant: { type: "string", about: "id of the tenant", hidden: true },
  bundle: { type: "string", about: "the tenant's bundle", hidden: true },
  wrangler: { type: "string", about: "the dev environment's wrangler.jsonc", hidden: true },
  migrations: { type: "string", about: "folder of the D1 migrations", hidden: true },
  config: { type: "string", about: "the tenant's checked config", hidden: true },
} as const satisfies Record<string, OptionSpec>;

/** The built files of one tenant. */
export interface TenantFiles extends Pick<TenantRuntimeOptions, "bundle" | "wrangler" | "migrations" | "config"> {
  readonly tenantId: TenantId;
}

type TenantFileValues = CommandLine<typeof tenantFileOptions>["values"];

/** Reads the macro's options. @throws CommandError when the command runs without the macro. */
export function readTenantFiles(values: TenantFileValues): TenantFiles {
  return {
    tenantId: tenantIdSchema.parse(required(values.tenant, "tenant")),
    bundle: existing(values.bundle, "bundle"),
    wrangler: existing(values.wrangler, "wrangler"),
    migrations: existing(values.migrations, "migrations"),
    ...(values.config === undefined ? {} : { config: readTenantConfig(values.config) }),
  };
}

function existing(file: string | undefined, option: string): string {
  const given = required(file, option);
  if (existsSync(given)) return given;
  throw new CommandError(`${given} is not there`, {
    why: `--${option} names a file that is not built`,
    fix: "start the command with tools/bazel run //tenants/…",
  });
}
