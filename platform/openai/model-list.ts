import * as z from "#base/zod";

import { allowedModels } from "#ai-gateway/choose-model";
import type { TenantConfig } from "#tenancy/tenant-config";

/** A model (platform.openai.com/docs/api-reference/models/object). `created` is not known of our models: 0. */
export const modelSchema = z.object({
  id: z.string(),
  object: z.literal("model"),
  created: z.int(),
  owned_by: z.string(),
});

export const modelListSchema = z.object({ object: z.literal("list"), data: z.array(modelSchema) });

type Model = z.output<typeof modelSchema>;

/** The models that a request to the tenant may name: for chat, then for embeddings, then those that speak. */
export function listModels(tenant: TenantConfig, speechModels: readonly string[]): z.output<typeof modelListSchema> {
  const ids = new Set([...allowedModels(tenant, "chat"), ...allowedModels(tenant, "embedding"), ...speechModels]);
  return { object: "list", data: [...ids].map(toModel) };
}

/** `@cf/meta/llama-3.1-8b-instruct` is owned by `meta`, `openai/gpt-5` by `openai`. */
export function toModel(id: string): Model {
  const [first = "", second] = id.split("/");
  const owner = first.startsWith("@") ? second : first;
  return { id, object: "model", created: 0, owned_by: owner ?? "unknown" };
}
