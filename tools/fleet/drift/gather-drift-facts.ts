import type { Account } from "../account/account.js";
import { readMainModuleDigest } from "../account/workers.js";
import { pendingMigrations } from "../provision/database-migrations.js";
import { findResources, resourcesOf } from "../provision/resources.js";
import type { Build } from "../release/read-build.js";
import type { ReleaseStore } from "../release/release-store.js";
import { readRemote } from "../state/actual-state.js";
import type { DriftFacts } from "./find-drift.js";

/** Reads everything that drift compares. Changes nothing. */
export async function gatherDriftFacts(account: Account, store: ReleaseStore, build: Build): Promise<DriftFacts> {
  const { name } = build.rendered;
  const wanted = resourcesOf(build.config, build.environment, build.rendered);
  const [remote, records, found, liveModuleDigest] = await Promise.all([
    readRemote(account, name),
    store.read(name),
    findResources(account, wanted),
    readMainModuleDigest(account, name),
  ]);
  const pending =
    found.database === undefined ? [] : await pendingMigrations(account, found.database.uuid, build.migrations);
  return {
    build,
    remote,
    records,
    wanted,
    found,
    pendingMigrations: pending.map(({ name: file }) => file),
    liveModuleDigest,
    nowMs: Date.now(),
  };
}
