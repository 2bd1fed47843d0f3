import * as z from "zod";

/** Workers AI ids (`@cf/…`, `@hf/…`) and `<provider>/<model>` ids of AI Gateway. */
const modelId = z.string().regex(/^@?[A-Za-z0-9._-]+(\/[A-Za-z0-9._:-]+)+$/, {
  error: 'must be a model id such as "@cf/meta/llama-3.3-70b-instruct-fp8-fast"',
});

/** Which model does what, and which others a caller may ask for. */
export const aiSchema = z.strictObject({
  models: z
    .strictObject({
      chat: modelId.default("@cf/meta/llama-3.3-70b-instruct-fp8-fast"),
      embedding: modelId.default("@cf/baai/bge-base-en-v1.5"),
    })
    .prefault({}),
  /** Chat models a request may name besides `models.chat`. */
  allowedModels: z.array(modelId).max(50).default([]),
});
