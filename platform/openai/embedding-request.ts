import * as z from "#base/zod";

import { catalogEntry } from "#ai-gateway/model-catalog";
import { PlatformError } from "#base/errors";

/** Texts of one request: what OpenAI's API takes, and what its clients cut their input to. */
export const MAX_INPUTS = 2_048;

const text = z.string().check(z.minLength(1, { error: "must not be empty" }));

/** The body of `POST /v1/embeddings` (platform.openai.com/docs/api-reference/embeddings/create). Other keys are ignored. */
export const embeddingRequestSchema = z.object({
  model: z
    .nullish(z.string().check(z.minLength(1), z.maxLength(200)))
    .check(z.describe("Absent: the tenant's own embedding model.")),
  input: z.union([text, z.array(text).check(z.minLength(1), z.maxLength(MAX_INPUTS))], {
    error: `must be a text or 1 to ${MAX_INPUTS} texts, none empty; arrays of tokens are not supported`,
  }),
  encoding_format: z.nullish(z.enum(["float", "base64"])),
  dimensions: z
    .nullish(z.int().check(z.gte(1)))
    .check(z.describe("Only the model's own number: vectors are not shortened.")),
  user: z.nullish(z.string().check(z.maxLength(512))),
});

export type EmbeddingRequest = z.output<typeof embeddingRequestSchema>;

/** The texts of a request, in their order. */
export function inputTexts({ input }: EmbeddingRequest): readonly string[] {
  return typeof input === "string" ? [input] : input;
}

/**
 * Refuses a length that the model's vectors do not have, before anything is spent.
 * @param configured length of the tenant's own vectors, for a model that the catalog does not know.
 * @throws PlatformError `invalid_request`.
 */
export function demandDimensions(model: string, { dimensions }: EmbeddingRequest, configured: number): void {
  const actual = catalogEntry(model)?.dimensions ?? configured;
  if (dimensions == null || dimensions === actual) return;
  const message = `must be ${actual}, which is what ${model} gives: vectors are not shortened`;
  throw new PlatformError("invalid_request", `dimensions: ${message}`, { details: [{ field: "dimensions", message }] });
}
