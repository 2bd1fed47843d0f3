import * as z from "#base/zod";

import type { SessionEnv } from "#chat/session-object";
import type { IdempotencyEnv } from "#idempotency/record-object";
import type { QuotaEnv } from "#limits/quota-object";
import type { MetricsEnv } from "#metrics/metrics-object";
import type { IngestRun } from "#worker/ingest-workflow";
import type { TenantBindings } from "#worker/tenant-bindings";
import { ENVIRONMENTS, type EnvironmentName } from "#tenancy/environments";

/** The bindings of a tenant's Worker, as `wrangler.<environment>.jsonc` declares them. */
export interface WorkerEnv extends SessionEnv, IdempotencyEnv, QuotaEnv, MetricsEnv, TenantBindings {
  readonly AI: Ai;
  /** Takes metrics for questions across tenants. */
  readonly ANALYTICS?: AnalyticsEngineDataset;
  readonly DB: D1Database;
  readonly KV: KVNamespace;
  readonly VECTORS: Vectorize;
  /** The files of the console. */
  readonly ASSETS: Fetcher;
  /** Runs of ingest jobs. */
  readonly INGEST_JOBS: Workflow<IngestRun>;
  /** Which version of the Worker runs; a deploy reads it to know whom it has reached. */
  readonly VERSION?: WorkerVersionMetadata;
  /** Name of the environment, in text. */
  readonly ENVIRONMENT: string;
  /** `off` lifts rate limits and budgets; heeded in the environment `dev` only. */
  readonly LIMITS?: string;
}

const varsSchema = z.object({
  ENVIRONMENT: z.enum(ENVIRONMENTS),
  LIMITS: z._default(z.enum(["on", "off"]), "on"),
});

/** Plain values of the environment, checked once. */
export interface WorkerVars {
  readonly environment: EnvironmentName;
  /** Whether rate limits and budgets hold. */
  readonly areLimitsOn: boolean;
}

/** Parses the text variables. Throws when the deployed configuration is not the rendered one. */
export function parseVars(env: WorkerEnv): WorkerVars {
  const { ENVIRONMENT, LIMITS } = varsSchema.parse(env);
  return { environment: ENVIRONMENT, areLimitsOn: LIMITS === "on" || ENVIRONMENT !== "dev" };
}
