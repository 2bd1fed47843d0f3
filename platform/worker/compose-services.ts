import { CircuitBreakers } from "#ai-gateway/circuit-breaker";
import type { ModelClient } from "#ai-gateway/model-client";
import { workersAiClient } from "#ai-gateway/workers-ai-client";
import { systemClock } from "#base/clock";
import type { SessionClient } from "#chat/session-client";
import type { Logger } from "#observability/logger";
import type { RagServices } from "#rag/rag-services";
import { createD1DocumentStore } from "#storage/d1-document-store";
import { createD1SessionIndex } from "#storage/d1-session-index";
import type { SessionIndex } from "#storage/session-index";
import { createVectorizeVectorStore } from "#storage/vectorize-vector-store";
import { type EnvironmentName, resolveEnvironment } from "#tenancy/environment-config";
import type { TenantConfig } from "#tenancy/tenant-config";
import { checkDependencies } from "#worker/check-dependencies";
import type { WorkerEnv } from "#worker/env";
import { logModelCall } from "#worker/log-model-call";
import type { PromptLibrary } from "#worker/prompts";
import type { Services } from "#worker/services";

/** The adapters of one tenant: its gateway and its knowledge. */
export interface TenantServices {
  readonly models: ModelClient;
  readonly knowledge: RagServices;
  readonly sessionIndex: SessionIndex;
}

/** What one call learns of a model's health helps all others of the isolate, those in sessions too. */
const breakers = new CircuitBreakers();

/** Makes the adapters of a tenant. The only place where bindings become services. */
export function composeTenant(
  env: WorkerEnv,
  tenant: TenantConfig,
  environment: EnvironmentName,
  log: Logger,
): TenantServices {
  const { gatewayId } = resolveEnvironment(tenant.tenantId, tenant.environments, environment);
  const models = workersAiClient(env.AI, {
    gatewayId,
    ai: tenant.ai,
    breakers,
    onCall: (record) => logModelCall(log, record),
  });
  const knowledge: RagServices = {
    documents: createD1DocumentStore(env.DB),
    vectors: createVectorizeVectorStore(env.VECTORS, tenant.vectorize),
    models,
    clock: systemClock,
  };
  return { models, knowledge, sessionIndex: createD1SessionIndex(env.DB) };
}

/** Makes what the routes use. */
export function composeServices(
  env: WorkerEnv,
  parts: { environment: EnvironmentName; sessions: SessionClient; prompts: PromptLibrary; openapi: string },
  log: Logger,
): Services {
  return {
    ...parts,
    clock: systemClock,
    sessionIndex: createD1SessionIndex(env.DB),
    knowledge: (tenant) => composeTenant(env, tenant, parts.environment, log).knowledge,
    checkDependencies: () => checkDependencies(env),
  };
}
