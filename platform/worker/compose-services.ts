import type { ModelClient } from "#ai-gateway/model-client";
import { workersAiClient } from "#ai-gateway/workers-ai-client";
import { systemClock } from "#base/clock";
import type { SessionClient } from "#chat/session-client";
import { type EnvironmentName, resolveEnvironment } from "#tenancy/environment-config";
import type { TenantConfig } from "#tenancy/tenant-config";
import { checkDependencies } from "#worker/check-dependencies";
import type { WorkerEnv } from "#worker/env";
import type { PromptLibrary } from "#worker/prompts";
import type { Services } from "#worker/services";

/** The adapters of one tenant: its gateway and its knowledge. */
export interface TenantServices {
  readonly models: ModelClient;
}

/** Makes the adapters of a tenant. The only place where bindings become services. */
export function composeTenant(env: WorkerEnv, tenant: TenantConfig, environment: EnvironmentName): TenantServices {
  const { gatewayId } = resolveEnvironment(tenant.tenantId, tenant.environments, environment);
  return { models: workersAiClient(env.AI, gatewayId) };
}

/** Makes what the routes use. */
export function composeServices(
  env: WorkerEnv,
  parts: { environment: EnvironmentName; sessions: SessionClient; prompts: PromptLibrary; openapi: string },
): Services {
  return { ...parts, clock: systemClock, checkDependencies: () => checkDependencies(env) };
}
