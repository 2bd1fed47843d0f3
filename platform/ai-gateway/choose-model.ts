import { PlatformError } from "#base/errors";
import { chatModelsOf, type TenantConfig } from "#tenancy/tenant-config";

/**
 * The chat model of a request: the one it names, else the tenant's default.
 * @throws PlatformError `model_not_allowed` for a model that the tenant's config does not list.
 */
export function chooseChatModel(tenant: TenantConfig, requested: string | undefined): string {
  if (requested === undefined) return tenant.ai.models.chat;
  const allowed = chatModelsOf(tenant);
  if (allowed.has(requested)) return requested;
  throw new PlatformError("model_not_allowed", `modelId must be one of: ${[...allowed].join(", ")}.`);
}
