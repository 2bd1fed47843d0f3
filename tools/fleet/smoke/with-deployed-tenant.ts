import { resolveEnvironment, type EnvironmentName } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";
import { CommandError } from "#tools/command/command-line";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";
import { openAccount, type ReachOptions } from "../operate/open-account.js";
import { deployedAddress } from "./deployed-address.js";
import { withSmokeKey } from "./smoke-key.js";

/**
 * Calls `use` with the address of a deployed environment, and a key that is made in its KV for this call.
 * @throws CommandError when it was not provisioned, or has no hostname
 */
export async function withDeployedTenant<T>(
  config: TenantConfig,
  name: EnvironmentName,
  reach: ReachOptions,
  connectTo: string | undefined,
  use: (address: TenantAddress) => Promise<T>,
): Promise<T> {
  const { tenantId } = config;
  const environment = resolveEnvironment(tenantId, config.environments, name);
  const [hostname] = environment.hostnames;
  if (environment.kvNamespaceId === undefined || hostname === undefined) {
    throw new CommandError(`${name} of ${tenantId} cannot be asked`, {
      why: hostname === undefined ? "its config names no hostname" : "it is not provisioned",
      fix: hostname === undefined ? "give --url and --key" : "run :provision and :deploy for this environment first",
    });
  }
  const { account, explaining } = openAccount(config, reach);
  return explaining(() =>
    withSmokeKey(account, { tenantId, environment }, (apiKey) => use(deployedAddress({ hostname, apiKey, connectTo }))),
  );
}
