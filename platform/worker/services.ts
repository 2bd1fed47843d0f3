import type { Clock } from "#base/clock";
import type { SessionClient } from "#chat/session-client";
import type { RagServices } from "#rag/rag-services";
import type { SessionIndex } from "#storage/session-index";
import type { EnvironmentName } from "#tenancy/environment-config";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { DependencyStatus } from "#worker/check-dependencies";
import type { PromptLibrary } from "#worker/prompts";

/** What the routes may use. Built once per isolate by `composeServices`; every call names its tenant. */
export interface Services {
  readonly environment: EnvironmentName;
  readonly clock: Clock;
  readonly sessions: SessionClient;
  readonly sessionIndex: SessionIndex;
  readonly prompts: PromptLibrary;
  /** Documents, search and what they need. */
  knowledge(tenant: TenantConfig): RagServices;
  /** The OpenAPI document, as JSON text. */
  readonly openapi: string;
  /** Asks each dependency of a tenant for a sign of life. */
  checkDependencies(tenant: TenantConfig): Promise<readonly DependencyStatus[]>;
}
