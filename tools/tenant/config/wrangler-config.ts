import { resolveEnvironment, type EnvironmentName } from "#tenancy/environments";
import type { TenantFile } from "#tenancy/parse-tenant-config";
import { ownBindingsConfig } from "#tools/tenant/config/own-bindings-config";

/** The runtime's behaviour is frozen at this date (developers.cloudflare.com/workers/configuration/compatibility-dates). */
export const COMPATIBILITY_DATE = "2026-11-01";

/**
 * `enable_request_signal`: a request's signal tells that its client has left, so that a model call nobody waits for is
 * cancelled (developers.cloudflare.com/workers/configuration/compatibility-flags).
 */
const COMPATIBILITY_FLAGS = ["enable_request_signal"];

/** Paths in a rendered file are relative to it: it lies in a folder of the tenant's own, beside which the bundle lies. */
const BUNDLE = "../bundle.js";
const MIGRATIONS_DIR = "../../../platform/storage/migrations";
const ASSETS_DIR = "../../../platform/console/assets";

/** A rendered wrangler configuration of one environment: JSON values only. */
export type WranglerConfig = Readonly<Record<string, unknown>>;

/**
 * The complete wrangler configuration of one environment. Pure.
 * Each environment is a file of its own: in wrangler's `env` blocks, bindings are not inherited, which is how
 * a staging Worker loses its database. Ids are absent until the resources are provisioned.
 */
export function wranglerConfigFor(config: TenantFile, name: EnvironmentName): WranglerConfig {
  const environment = resolveEnvironment(config.tenantId, config.environments, name);
  const { hostnames, kvNamespaceId, d1DatabaseId } = environment;
  const own = ownBindingsConfig(config.bindings ?? {}, name, environment.workerName);
  return {
    name: environment.workerName,
    account_id: config.accountId,
    main: BUNDLE,
    no_bundle: true,
    compatibility_date: COMPATIBILITY_DATE,
    compatibility_flags: COMPATIBILITY_FLAGS,
    workers_dev: hostnames.length === 0,
    preview_urls: false,
    routes: hostnames.map((pattern) => ({ pattern, custom_domain: true })),
    vars: { ENVIRONMENT: name },
    kv_namespaces: [
      { binding: "KV", ...(kvNamespaceId === undefined ? {} : { id: kvNamespaceId }) },
      ...own.kv_namespaces,
    ],
    d1_databases: [
      {
        binding: "DB",
        database_name: environment.d1DatabaseName,
        ...(d1DatabaseId === undefined ? {} : { database_id: d1DatabaseId }),
        migrations_dir: MIGRATIONS_DIR,
      },
      ...own.d1_databases,
    ],
    vectorize: [{ binding: "VECTORS", index_name: environment.vectorizeIndex }, ...own.vectorize],
    ai: { binding: "AI" },
    // Asked by the Worker alone: it says which tenant a page is for, and sets the headers.
    assets: { directory: ASSETS_DIR, binding: "ASSETS", html_handling: "none", run_worker_first: true },
    durable_objects: {
      bindings: [
        { name: "CHAT_SESSIONS", class_name: "ChatSession" },
        { name: "IDEMPOTENCY", class_name: "IdempotencyRecord" },
        { name: "QUOTAS", class_name: "TenantQuota" },
        { name: "METRICS", class_name: "TenantMetrics" },
        ...own.durableObjects,
      ],
    },
    // Made by the deploy itself: nothing to provision.
    workflows: [{ binding: "INGEST_JOBS", name: `${environment.workerName}-ingest`, class_name: "IngestWorkflow" }],
    version_metadata: { binding: "VERSION" },
    migrations: [
      { tag: "v1", new_sqlite_classes: ["ChatSession", "IdempotencyRecord", "TenantQuota", "TenantMetrics"] },
      ...own.migrations,
    ],
    // Made by the first point that is written: nothing to provision.
    analytics_engine_datasets: [
      { binding: "ANALYTICS", dataset: `${environment.workerName.replaceAll("-", "_")}_metrics` },
      ...own.analytics_engine_datasets,
    ],
    // Alert rules are judged every minute.
    ...(config.insights.enabled ? { triggers: { crons: ["* * * * *"] } } : {}),
    ...own.optional,
    ...(config.secrets.length === 0 ? {} : { secrets: { required: config.secrets } }),
    observability: { enabled: true },
    upload_source_maps: true,
  };
}

/** The text of `wrangler.<env>.jsonc`. Deterministic: keys keep the order above. */
export function renderWranglerConfig(config: TenantFile, name: EnvironmentName): string {
  const header = `// Generated for ${config.tenantId}, ${name}. Do not edit: change tenant.config.json and build again.`;
  return `${header}\n${JSON.stringify(wranglerConfigFor(config, name), null, 2)}\n`;
}
