import type { Account } from "../account/account.js";
import {
  readCrons,
  readDeployments,
  readDomains,
  readSettings,
  readSubdomain,
  readVersions,
  type RemoteDeployment,
  type RemoteDomain,
  type RemoteSettings,
  type RemoteSubdomain,
  type RemoteVersion,
} from "../account/workers.js";
import { remoteBindings, remoteSecrets } from "./binding-kinds.js";
import type { WorkerState } from "./worker-state.js";

/** What the account says of a Worker, as it says it. */
export interface RemoteWorker {
  readonly settings: RemoteSettings;
  readonly subdomain: RemoteSubdomain | undefined;
  readonly crons: readonly string[];
  /** Newest first. */
  readonly deployments: readonly RemoteDeployment[];
  /** Newest first. */
  readonly versions: readonly RemoteVersion[];
}

/** What the account has: the Worker, and all custom domains, for one may lead to another Worker. */
export interface RemoteAccount {
  readonly worker: RemoteWorker | undefined;
  readonly domains: readonly RemoteDomain[];
}

/** Reads everything about a Worker that can be compared. */
export async function readRemote(account: Account, worker: string): Promise<RemoteAccount> {
  const [settings, domains] = await Promise.all([readSettings(account, worker), readDomains(account)]);
  if (settings === undefined) return { worker: undefined, domains };
  const [subdomain, crons, deployments, versions] = await Promise.all([
    readSubdomain(account, worker),
    readCrons(account, worker),
    readDeployments(account, worker),
    readVersions(account, worker),
  ]);
  return { worker: { settings, subdomain, crons, deployments, versions }, domains };
}

/** The state of a Worker out of the account's answers. Pure. */
export function actualState(name: string, worker: RemoteWorker, domains: readonly RemoteDomain[]): WorkerState {
  const { settings, subdomain, crons } = worker;
  return {
    bindings: remoteBindings(name, settings.bindings),
    compatibilityDate: settings.compatibility_date ?? "",
    compatibilityFlags: (settings.compatibility_flags ?? []).toSorted(),
    limits: settings.limits ?? {},
    placement: settings.placement ?? {},
    domains: domains
      .filter(({ service }) => service === name)
      .map(({ hostname }) => hostname)
      .toSorted(),
    crons: crons.toSorted(),
    isOnWorkersDev: subdomain?.enabled ?? false,
    hasPreviewUrls: subdomain?.previews_enabled ?? false,
    observability: settings.observability ?? { enabled: false },
    logpush: settings.logpush ?? false,
    migrationTag: settings.migration_tag ?? undefined,
    secrets: remoteSecrets(settings.bindings),
  };
}
