import type { Account } from "../account/account.js";
import { ensureGateway, ensureIndex, ensureMetadataIndex, ensureQueue } from "../account/ai-resources.js";
import { ensureDatabase, ensureNamespace } from "../account/storage.js";
import type { Migration } from "../release/read-build.js";
import { ensureReleaseStore, openReleaseStore } from "../release/release-store.js";
import { applyDatabaseMigrations, pendingMigrations } from "./database-migrations.js";
import type { ProvisionFacts, ProvisionPlan, ProvisionStep } from "./plan-provision.js";
import { editJsonFile } from "./edit-json-file.js";
import { ensureOwn } from "./own-resources.js";
import { findResources, type Resources } from "./resources.js";

/** What provisioning works with. */
export interface ProvisionContext {
  readonly account: Account;
  readonly wanted: Resources;
  readonly migrations: readonly Migration[];
  /** The tenant.config.json of the checkout. */
  readonly configFile: string;
  readonly onStep: (step: ProvisionStep) => void;
}

/** Reads everything that a plan is made of. Changes nothing. */
export async function gatherProvisionFacts(
  account: Account,
  wanted: Resources,
  migrations: readonly Migration[],
): Promise<ProvisionFacts> {
  const [found, store] = await Promise.all([findResources(account, wanted), openReleaseStore(account)]);
  const { database } = found;
  const pending = database === undefined ? migrations : await pendingMigrations(account, database.uuid, migrations);
  return { wanted, found, pendingMigrations: pending.map(({ name }) => name), hasReleases: store !== undefined };
}

/**
 * Makes what a plan says. Each step can be done twice: what exists under its name is taken. The ids are written last,
 * so that a killed run leaves tenant.config.json as it was.
 */
export async function executeProvision(
  context: ProvisionContext,
  facts: ProvisionFacts,
  plan: ProvisionPlan,
): Promise<void> {
  const { account, wanted } = context;
  const ownIds = new Map(facts.found.own);
  const ids = { kvNamespaceId: facts.found.namespace?.id, d1DatabaseId: facts.found.database?.uuid };
  for (const step of plan.steps) {
    context.onStep(step);
    switch (step.do) {
      case "kv":
        ids.kvNamespaceId = await ensureNamespace(account, wanted.kvTitle);
        break;
      case "database":
        ids.d1DatabaseId = await ensureDatabase(account, wanted.databaseName);
        break;
      case "migrate":
        await applyDatabaseMigrations(account, ids.d1DatabaseId ?? "", context.migrations);
        break;
      case "index":
        await ensureIndex(account, wanted.index.name, wanted.index);
        break;
      case "metadata-index":
        await ensureMetadataIndex(account, wanted.index.name, step.property);
        break;
      case "gateway":
        await ensureGateway(account, wanted.gatewayId);
        break;
      case "queue":
        await ensureQueue(account, step.name);
        break;
      case "own":
        ownIds.set(step.resource.binding, await ensureOwn(account, step.resource, wanted.index));
        break;
      case "releases":
        await ensureReleaseStore(account);
        break;
      case "write-ids":
        await writeFields(context, step.fields, ids);
        break;
      case "write-own-ids":
        await editJsonFile(
          context.configFile,
          step.bindings.map((binding) => [["bindings", binding, "ids", wanted.environment], ownIds.get(binding)]),
        );
        break;
    }
  }
}

function writeFields(
  { configFile, wanted }: ProvisionContext,
  fields: readonly ("kvNamespaceId" | "d1DatabaseId")[],
  ids: Readonly<Record<"kvNamespaceId" | "d1DatabaseId", string | undefined>>,
): Promise<void> {
  const values = fields.map((field): [readonly string[], unknown] => [
    ["environments", wanted.environment, "resources", field],
    ids[field],
  ]);
  return editJsonFile(configFile, values);
}
