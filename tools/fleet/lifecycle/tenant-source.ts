import { existsSync } from "node:fs";
import path from "node:path";

import { resolveEnvironment, type EnvironmentName, type ResolvedEnvironment } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";
import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import { readTenantConfig } from "#tools/tenant/config/read-tenant-config";
import { wranglerConfigFor } from "#tools/tenant/config/wrangler-config";
import { type Resources, resourcesOf } from "../provision/resources.js";
import { parseRenderedConfig, type RenderedConfig } from "../state/desired-state.js";

/** A tenant as its folder says it: nothing needs to be built. */
export interface TenantSource {
  readonly configFile: string;
  readonly config: TenantConfig;
}

/** One environment of it. */
export interface TenantEnvironment {
  readonly environment: ResolvedEnvironment;
  readonly rendered: RenderedConfig;
  readonly resources: Resources;
}

/** @throws CommandError when there is no such tenant */
export function readTenantSource(workspaceDir: string, id: string | undefined): TenantSource {
  const configFile = path.join(workspaceDir, "tenants", id ?? "", "tenant.config.json");
  // A path to somewhere else is no id.
  if (id === undefined || path.basename(id) !== id || !existsSync(configFile)) {
    throw new CommandError(id === undefined ? "which tenant?" : `there is no tenant ${id}`, {
      fix: "name a folder of tenants/",
      exitCode: EXIT_CODES.usage,
    });
  }
  return { configFile, config: readTenantConfig(configFile, id) };
}

export function environmentOf({ config }: TenantSource, name: EnvironmentName): TenantEnvironment {
  const environment = resolveEnvironment(config.tenantId, config.environments, name);
  const rendered = parseRenderedConfig(JSON.parse(JSON.stringify(wranglerConfigFor(config, name))), name);
  return { environment, rendered, resources: resourcesOf(config, environment, rendered) };
}
