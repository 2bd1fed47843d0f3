import type { Account } from "../account/account.js";
import { deleteGateway, deleteIndex, deleteQueue } from "../account/ai-resources.js";
import { deleteDatabase, deleteNamespace } from "../account/storage.js";
import { deleteWorker, deleteWorkflow, hasWorkflow, readDomains, readSettings } from "../account/workers.js";
import type { SignedLine } from "../operate/confirm-plan.js";
import { deleteOwn, describeOwn } from "../provision/own-resources.js";
import { findResources } from "../provision/resources.js";
import { openReleaseStore } from "../release/release-store.js";
import type { TenantEnvironment } from "./tenant-source.js";

/** One thing that goes, and how. */
interface Removal {
  readonly what: string;
  readonly remove: () => Promise<void>;
}

export interface RemovalPlan {
  readonly lines: readonly SignedLine[];
  readonly removals: readonly Removal[];
}

/** Finds what an environment of a tenant has in its account. Changes nothing. */
export async function planRemoval(
  account: Account,
  { rendered, resources }: TenantEnvironment,
  isShared: (kind: "index" | "gateway" | "namespace" | "database", name: string) => boolean,
): Promise<RemovalPlan> {
  const worker = rendered.name;
  const [settings, domains, found, store, workflows] = await Promise.all([
    readSettings(account, worker),
    readDomains(account),
    findResources(account, resources),
    openReleaseStore(account),
    Promise.all(rendered.workflows.map(async ({ name }) => ((await hasWorkflow(account, name)) ? [name] : []))),
  ]);
  const records = (await store?.read(worker)) ?? [];
  const hostnames = domains.filter(({ service }) => service === worker).map(({ hostname }) => hostname);
  const { namespace, database, index } = found;
  const all: readonly (Removal | false)[] = [
    // First what answers callers; the data only when nobody can write any more.
    settings !== undefined && {
      what: `Worker ${worker}, its versions, secrets, Durable Objects (sessions, limits)${hostnames.length > 0 ? `, ${hostnames.join(", ")}` : ""}`,
      remove: () => deleteWorker(account, worker),
    },
    ...workflows.flat().map((name) => ({
      what: `workflow ${name}`,
      remove: () => deleteWorkflow(account, name),
    })),
    namespace !== undefined &&
      !isShared("namespace", namespace.id) && {
        what: `KV namespace ${namespace.title} (${namespace.id})`,
        remove: () => deleteNamespace(account, namespace.id),
      },
    database !== undefined &&
      !isShared("database", database.uuid) && {
        what: `D1 database ${database.name} (${database.uuid})`,
        remove: () => deleteDatabase(account, database.uuid),
      },
    index !== undefined &&
      !isShared("index", index.name) && {
        what: `Vectorize index ${index.name}`,
        remove: () => deleteIndex(account, index.name),
      },
    found.hasGateway &&
      !isShared("gateway", resources.gatewayId) && {
        what: `AI Gateway ${resources.gatewayId} and its logs`,
        remove: () => deleteGateway(account, resources.gatewayId),
      },
    ...found.queues.map((name) => ({ what: `queue ${name}`, remove: () => deleteQueue(account, name) })),
    ...resources.own.map((own) => {
      const id = found.own.get(own.binding);
      return id !== undefined && { what: describeOwn(own), remove: () => deleteOwn(account, own, id) };
    }),
    records.length > 0 && { what: `${records.length} release records`, remove: async () => store?.forget(worker) },
  ];
  const removals = all.filter((entry) => entry !== false);
  return { removals, lines: removals.map(({ what }) => ({ sign: "-", text: what })) };
}

/** Removes one after the other. Each can be done twice, so a run that was killed is completed by the next one. */
export async function executeRemoval({ removals }: RemovalPlan, onRemoved: (what: string) => void): Promise<void> {
  for (const { what, remove } of removals) {
    await remove();
    onRemoved(what);
  }
}
