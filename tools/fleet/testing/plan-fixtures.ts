import { resolveEnvironment } from "#tenancy/environments";
import { tenantConfigSchema, type TenantConfigInput } from "#tenancy/tenant-config";
import { wranglerConfigFor } from "#tools/tenant/config/wrangler-config";
import type { DeployFacts } from "../deploy/plan-deploy.js";
import type { DriftFacts } from "../drift/find-drift.js";
import { resourcesOf } from "../provision/resources.js";
import { type Build, releaseOf } from "../release/read-build.js";
import type { ReleaseRecord, ReleaseStatus } from "../release/release-record.js";
import type { RemoteAccount, RemoteWorker } from "../state/actual-state.js";
import { desiredState, parseRenderedConfig } from "../state/desired-state.js";

export const NOW = Date.parse("2026-11-02T12:00:00Z");

/** A build of acme's production, provisioned. */
export function makeBuild(bundleDigest = "b1", changes: Partial<TenantConfigInput> = {}): Build {
  const config = tenantConfigSchema.parse({
    tenantId: "acme",
    displayName: "Acme",
    accountId: "0123456789abcdef0123456789abcdef",
    environments: {
      production: {
        hostnames: ["ai.acme.example"],
        resources: { kvNamespaceId: "a".repeat(32), d1DatabaseId: "00000000-0000-4000-8000-000000000000" },
      },
    },
    ...changes,
  });
  const rendered = parseRenderedConfig(wranglerConfigFor(config, "production"), "wrangler.production.jsonc");
  const configDigest = JSON.stringify(rendered);
  const assetsDigest = "a1";
  return {
    tenantId: config.tenantId,
    environment: resolveEnvironment(config.tenantId, config.environments, "production"),
    config,
    tenants: [{ tenantId: config.tenantId, isEnabled: true, hostnames: config.environments.production.hostnames }],
    rendered,
    state: desiredState(rendered),
    files: { bundle: "bundle.js", wrangler: "wrangler.production.jsonc" },
    bundleDigest,
    configDigest,
    assetsDigest,
    release: releaseOf({ bundleDigest, configDigest, assetsDigest }),
    migrations: [],
  };
}

/** A version as the API lists it. */
export function remoteVersion(
  id: string,
  number: number,
  tag?: string,
  more: Readonly<Record<string, string>> = {},
): RemoteWorker["versions"][number] {
  const metadata = { source: "wrangler", author_email: "ops@example.com", created_on: "2026-11-01T00:00:00Z" };
  return { id, number, metadata, annotations: { ...more, ...(tag === undefined ? {} : { "workers/tag": tag }) } };
}

/** A deployment as the API lists it. */
export function remoteDeployment(
  message: string,
  ...shares: readonly [id: string, percentage: number][]
): RemoteWorker["deployments"][number] {
  return {
    id: "deployment",
    created_on: "2026-11-01T00:00:00Z",
    annotations: { "workers/message": message },
    versions: shares.map(([version_id, percentage]) => ({ version_id, percentage })),
  };
}

/** The account right after a build was deployed as `v1`. */
export function makeRemote(build: Build): RemoteAccount & { worker: RemoteWorker } {
  const { state } = build;
  return {
    worker: {
      settings: {
        bindings: state.bindings.map(({ name, type, fields }) => ({ name, type, ...fields })),
        compatibility_date: state.compatibilityDate,
        compatibility_flags: [...state.compatibilityFlags],
        observability: { ...state.observability },
        logpush: false,
        migration_tag: state.migrationTag,
      },
      subdomain: { enabled: state.isOnWorkersDev, previews_enabled: false },
      crons: state.crons,
      deployments: [remoteDeployment("first", ["v1", 100])],
      versions: [remoteVersion("v1", 1, build.release)],
    },
    domains: state.domains.map((hostname) => ({ id: hostname, hostname, service: build.rendered.name })),
  };
}

/** A record of a version of a build. */
export function makeRecord(
  build: Build,
  versionId: string,
  status: ReleaseStatus = "live",
  deployedAt = "2026-11-01T00:00:00.000Z",
): ReleaseRecord {
  return {
    versionId,
    tenantId: build.tenantId,
    environment: build.environment.name,
    worker: build.rendered.name,
    release: build.release,
    bundleDigest: build.bundleDigest,
    configDigest: build.configDigest,
    state: build.state,
    gitRevision: "0123456789",
    isDirty: false,
    deployedBy: "ops@example.com",
    deployedAt,
    message: "",
    status,
  };
}

/** What a deploy of `build` finds right after `deployed` was deployed. */
export function deployFacts(
  build: Build,
  deployed: Build = build,
): DeployFacts & { remote: ReturnType<typeof makeRemote> } {
  return {
    build,
    remote: makeRemote(deployed),
    records: [makeRecord(deployed, "v1")],
    pendingMigrations: [],
    missingResources: [],
  };
}

/** What drift finds right after `deployed` was deployed, every resource there. */
export function driftFacts(
  build: Build,
  deployed: Build = build,
): DriftFacts & { remote: ReturnType<typeof makeRemote> } {
  const wanted = resourcesOf(build.config, build.environment, build.rendered);
  const { dimensions, metric, name } = wanted.index;
  return {
    ...deployFacts(build, deployed),
    wanted,
    found: {
      namespace: { id: wanted.kvNamespaceId ?? "", title: wanted.kvTitle },
      database: { uuid: wanted.databaseId ?? "", name: wanted.databaseName },
      index: { name, config: { dimensions, metric } },
      metadataIndexes: wanted.metadataIndexes,
      hasGateway: true,
      queues: wanted.queues,
      own: new Map(wanted.own.map(({ binding, id, name }) => [binding, id ?? name])),
    },
    liveModuleDigest: deployed.bundleDigest,
    nowMs: NOW,
  };
}
