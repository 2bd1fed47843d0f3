import { chainContextTokens } from "#ai-gateway/model-catalog";
import type { TenantConfig } from "#tenancy/tenant-config";

/** Tokens of prompt and answer that a model of a tenant and its fallbacks take. */
export function contextTokensOf({ ai }: TenantConfig, modelId: string): number {
  return chainContextTokens([modelId, ...(new Map(Object.entries(ai.fallbacks)).get(modelId) ?? [])]);
}
