import type { AiConfig } from "#tenancy/ai-config";

/** Routes that can have a chat model of their own. */
export const MODEL_ROUTES = ["/chat", "/search", "/tools/execute", "/v1/chat/completions"] as const;
export type ModelRoute = (typeof MODEL_ROUTES)[number];

/** The tenant's own model for a purpose, and everything in `allowedModels`. */
export function allowList({ models, allowedModels }: AiConfig, purpose: "chat" | "embedding"): ReadonlySet<string> {
  return new Set([models[purpose], ...allowedModels]);
}
