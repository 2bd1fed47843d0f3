import * as z from "#base/zod";

import type { Embeddings } from "#ai-gateway/model-client";

/** The list of embeddings (platform.openai.com/docs/api-reference/embeddings/object). */
export const embeddingListSchema = z.object({
  object: z.literal("list"),
  data: z.array(
    z.object({
      object: z.literal("embedding"),
      index: z.int(),
      embedding: z
        .union([z.array(z.number()), z.string()])
        .check(z.describe("Numbers, or base64 of float32, little-endian.")),
    }),
  ),
  model: z.string(),
  usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
});

/** Embeddings as OpenAI's object. `base64` is a third of the size, and what its client asks for by itself. */
export function toEmbeddingList(
  { model, vectors, usage }: Embeddings,
  format: "float" | "base64",
): z.input<typeof embeddingListSchema> {
  return {
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: format === "base64" ? encodeVector(vector) : [...vector],
    })),
    model,
    usage: { prompt_tokens: usage.tokensIn, total_tokens: usage.tokensIn },
  };
}

/** Base64 of the vector as float32, little-endian on every machine. */
export function encodeVector(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * Float32Array.BYTES_PER_ELEMENT));
  vector.forEach((value, index) => view.setFloat32(index * Float32Array.BYTES_PER_ELEMENT, value, true));
  let binary = "";
  for (const byte of new Uint8Array(view.buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
