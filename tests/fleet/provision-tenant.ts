import path from "node:path";

import type { EnvironmentName } from "#tenancy/environments";
import type { FleetWorkspace } from "#tests/fleet/fleet-workspace";
import { openAccount, type ReachOptions } from "#tools/fleet/operate/open-account";
import { executeProvision, gatherProvisionFacts } from "#tools/fleet/provision/execute-provision";
import { planProvision } from "#tools/fleet/provision/plan-provision";
import { resourcesOf } from "#tools/fleet/provision/resources";
import { readBuild } from "#tools/fleet/release/read-build";

/** Provisions a tenant as `:provision` does, without a process of its own, and builds it. */
export async function provisionTenant(
  fleet: FleetWorkspace,
  tenant: string,
  environment: EnvironmentName,
  token: string,
): Promise<void> {
  const folder = path.join(fleet.folder, "tenants", tenant);
  const build = readBuild(
    {
      tenant,
      bundle: path.join(folder, "bundle.js"),
      config: path.join(folder, "gen/config.json"),
      wranglerDir: path.join(folder, "gen"),
      migrations: path.join(fleet.folder, "platform/storage/migrations"),
    },
    environment,
  );
  const env = { CLOUDFLARE_API_BASE_URL: fleet.api.apiUrl, CLOUDFLARE_API_TOKEN: token };
  const reach: ReachOptions = { env, apiTimeoutMs: 10_000, firstPauseMs: 10 };
  const { account } = openAccount(build.config, reach);
  const wanted = resourcesOf(build.config, build.environment, build.rendered);
  const facts = await gatherProvisionFacts(account, wanted, build.migrations);
  const configFile = path.join(folder, "tenant.config.json");
  const context = { account, wanted, migrations: build.migrations, configFile, onStep: () => undefined };
  await executeProvision(context, facts, planProvision(facts));
  fleet.build(tenant);
}
