import type { ModelClient } from "#ai-gateway/model-client";
import type { Clock } from "#base/clock";
import type { SessionClient } from "#chat/session-client";
import type { JobServices } from "#ingest-jobs/job-services";
import type { ToolHost } from "#llm-tools/run-tool";
import type { UsageReport } from "#limits/quota-message";
import type { MetricsClient } from "#metrics/metrics-client";
import type { RateCaller } from "#limits/rate-demands";
import type { RequestCount } from "#limits/request-count";
import type { SearchServices } from "#rag/rag-services";
import type { RuntimeSettings } from "#settings/runtime-settings";
import type { AuditLog } from "#storage/audit-log";
import type { SessionIndex } from "#storage/session-index";
import type { EnvironmentName } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { DependencyStatus } from "#worker/check-dependencies";
import type { TenantSpeech } from "#worker/speech-feature";

/** What the routes may use. Built once per isolate by `composeServices`; every call names its tenant. */
export interface Services {
  readonly environment: EnvironmentName;
  /** The deployed version that runs, and the release it was uploaded as. */
  readonly version: { readonly id: string; readonly tag: string } | undefined;
  readonly clock: Clock;
  readonly sessions: SessionClient;
  readonly sessionIndex: SessionIndex;
  /** Prompts, flags and models of now. */
  readonly settings: RuntimeSettings;
  /** The tenant's models, by way of its gateway. The request `count` is counted with what they spend first. */
  models(tenant: TenantConfig, count: RequestCount): ModelClient;
  /** Documents, search and what they need. */
  knowledge(tenant: TenantConfig): SearchServices;
  /** The same, and the jobs that ingest what is too much for one call. */
  ingestJobs(tenant: TenantConfig): JobServices;
  /** What runs the tenant's tools. */
  tools(tenant: TenantConfig): ToolHost;
  /** What speaks for the tenant. The request `count` is counted with what it spends. Throws `tts_not_enabled`. */
  speech(tenant: TenantConfig, count: RequestCount): TenantSpeech;
  /** The speech models that a request to the tenant may name. */
  speechModels(tenant: TenantConfig): readonly string[];
  /** What tools did, and speech. */
  readonly audit: AuditLog;
  readonly metrics: MetricsClient;
  /** Whether anything is measured: tenants that do not want it have no objects to ask. */
  readonly hasMetrics: boolean;
  /** Stores what this isolate has measured, so that who reads metrics now sees it. */
  flushMetrics(): Promise<void>;
  /** What a caller has used of its limits and budgets. */
  usage(tenant: TenantConfig, caller: RateCaller): Promise<UsageReport>;
  /**
   * A file of the console, by its path. The answer is 304 when `etag`, a list as in `If-None-Match`, has the file's.
   * @throws PlatformError `not_found`.
   */
  asset(path: string, etag: string | null): Promise<Response>;
  /** Asks each dependency of a tenant for a sign of life. */
  checkDependencies(tenant: TenantConfig): Promise<readonly DependencyStatus[]>;
}
