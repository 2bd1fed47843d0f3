import { waitUntil } from "cloudflare:workers";

import { CircuitBreakers } from "#ai-gateway/circuit-breaker";
import { workersAiClient } from "#ai-gateway/workers-ai-client";
import { chooseChatModel } from "#ai-gateway/choose-model";
import { systemClock } from "#base/clock";
import { PlatformError } from "#base/errors";
import type { SessionClient } from "#chat/session-client";
import { toBudgets, type Budget } from "#limits/budget";
import { rateDemands } from "#limits/rate-demands";
import type { RequestCount } from "#limits/request-count";
import type { JobServices } from "#ingest-jobs/job-services";
import { metricsClient } from "#metrics/metrics-client";
import type { SearchServices } from "#rag/rag-services";
import type { RuntimeSettings } from "#settings/runtime-settings";
import { SearchFlights } from "#rag/search-flights";
import { createD1DocumentStore } from "#storage/d1-document-store";
import { createD1IngestJobStore } from "#storage/d1-ingest-job-store";
import { createD1SessionIndex } from "#storage/d1-session-index";
import type { IngestJobStore } from "#storage/ingest-job-store";
import { createKvSearchCache } from "#storage/kv-search-cache";
import type { SessionIndex } from "#storage/session-index";
import { createVectorizeVectorStore } from "#storage/vectorize-vector-store";
import { type EnvironmentName, resolveEnvironment } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";
import { type BudgetedModels, budgetedModels } from "#worker/budgeted-models";
import { readAsset } from "#worker/read-asset";
import { checkDependencies } from "#worker/check-dependencies";
import { auditLogOf, composeTools } from "#worker/compose-tools";
import type { WorkerEnv } from "#worker/env";
import { ingestRuns } from "#worker/ingest-workflow";
import type { Isolate } from "#worker/isolate";
import { logModelCall } from "#worker/log-model-call";
import type { Services } from "#worker/services";
import { notEnabled, type SpeechFeature } from "#worker/speech-feature";

/** The adapters of one tenant: its gateway and its knowledge. */
export interface TenantServices {
  readonly models: BudgetedModels;
  readonly knowledge: SearchServices;
  readonly jobs: IngestJobStore;
  readonly sessionIndex: SessionIndex;
}

/** What one call learns of a model's health helps all others of the isolate, those in sessions too. */
export const breakers = new CircuitBreakers();

/** Searches under way in this isolate, of all tenants. */
const flights = new SearchFlights(systemClock);

/**
 * Makes the adapters of a tenant. The only place where bindings become services. `count` is the request that is counted
 * with what these models spend first.
 */
export function composeTenant(
  env: WorkerEnv,
  tenant: TenantConfig,
  parts: Isolate,
  count?: RequestCount,
): TenantServices {
  const { gatewayId } = resolveEnvironment(tenant.tenantId, tenant.environments, parts.environment);
  const gateway = workersAiClient(env.AI, {
    gatewayId,
    ai: tenant.ai,
    breakers,
    onCall: (record) => logModelCall(parts.log, record),
    waitUntil,
  });
  const { quotas } = parts;
  const models = budgetedModels(gateway, {
    ...{ quotas, budgets: budgetsOf(tenant), ai: tenant.ai, waitUntil },
    ...(count === undefined ? {} : { count }),
  });
  const knowledge: SearchServices = {
    documents: createD1DocumentStore(env.DB),
    vectors: createVectorizeVectorStore(env.VECTORS, tenant.vectorize),
    models,
    clock: systemClock,
    cache: { store: createKvSearchCache(env.KV), flights, waitUntil },
  };
  return {
    models,
    knowledge,
    jobs: createD1IngestJobStore(env.DB),
    sessionIndex: createD1SessionIndex(env.DB),
  };
}

/** Makes what the routes use. */
export function composeServices(
  env: WorkerEnv,
  parts: Isolate & { sessions: SessionClient; settings: RuntimeSettings; speech: SpeechFeature | undefined },
): Services {
  const { environment, sessions, settings, quotas, speech } = parts;
  const metrics = metricsClient(env.METRICS);
  return {
    environment,
    version: env.VERSION,
    sessions,
    settings,
    clock: systemClock,
    sessionIndex: createD1SessionIndex(env.DB),
    models: (tenant, count) => composeTenant(env, tenant, parts, count).models,
    knowledge: (tenant) => composeTenant(env, tenant, parts).knowledge,
    ingestJobs: (tenant): JobServices => {
      const { knowledge, jobs } = composeTenant(env, tenant, parts);
      return { ...knowledge, jobs, runs: ingestRuns(env.INGEST_JOBS) };
    },
    tools: (tenant) => composeTools(env, tenant, { ...parts, knowledge: composeTenant(env, tenant, parts).knowledge }),
    audit: auditLogOf(env, parts.log),
    speech(tenant, count) {
      if (speech === undefined) throw notEnabled();
      return speech.compose(env, tenant, parts, count);
    },
    speechModels: (tenant) => speech?.models(tenant) ?? [],
    usage: (tenant, caller) =>
      quotas.usage(tenant.tenantId, {
        rate: rateDemands(tenant.limits, caller),
        budgets: budgetsOf(tenant),
        keyId: caller.principalId ?? "anonymous",
      }),
    asset: (path, etag) => readAsset(env.ASSETS, path, etag),
    metrics,
    hasMetrics: parts.metrics !== undefined,
    flushMetrics: () => parts.metrics?.flush() ?? Promise.resolve(),
    checkDependencies: (tenant) =>
      checkDependencies(env, {
        models: () => demandModel(tenant, environment),
        quotas: () => quotas.usage(tenant.tenantId, { rate: [], budgets: [], keyId: "" }),
        ...(parts.metrics === undefined ? {} : { metrics: () => metrics.alerts(tenant.tenantId) }),
      }),
  };
}

/** Rejects while the tenant's chat model and all its fallbacks have failed so often that this isolate does not ask them. */
async function demandModel(tenant: TenantConfig, environment: EnvironmentName): Promise<void> {
  const model = chooseChatModel(tenant, { environment, route: "/chat" });
  const chain = [model, ...(new Map(Object.entries(tenant.ai.fallbacks)).get(model) ?? [])];
  if (breakers.waitMs(tenant.tenantId, chain, systemClock.nowMs()) > 0) throw new PlatformError("model_unavailable");
  return Promise.resolve();
}

/** A tenant's budgets, worked out once: its config is the same object for every request. */
const budgets = new WeakMap<TenantConfig, readonly Budget[]>();

export function budgetsOf(tenant: TenantConfig): readonly Budget[] {
  const known = budgets.get(tenant) ?? toBudgets(tenant.limits.budgets, tenant.limits.enforced);
  budgets.set(tenant, known);
  return known;
}
