import type { Account } from "../account/account.js";
import { pendingMigrations } from "../provision/database-migrations.js";
import { findResources, missingResources, resourcesOf } from "../provision/resources.js";
import type { Build } from "../release/read-build.js";
import type { ReleaseStore } from "../release/release-store.js";
import { readRemote } from "../state/actual-state.js";
import type { DeployFacts } from "./plan-deploy.js";

/** Reads everything that a plan is made of. Changes nothing. */
export async function gatherFacts(account: Account, store: ReleaseStore, build: Build): Promise<DeployFacts> {
  const wanted = resourcesOf(build.config, build.environment, build.rendered);
  const [remote, records, found] = await Promise.all([
    readRemote(account, build.rendered.name),
    store.read(build.rendered.name),
    findResources(account, wanted),
  ]);
  const { database } = found;
  const pending = database === undefined ? [] : await pendingMigrations(account, database.uuid, build.migrations);
  return {
    build,
    remote,
    records,
    pendingMigrations: pending.map(({ name }) => name),
    missingResources: missingResources(wanted, found),
  };
}
