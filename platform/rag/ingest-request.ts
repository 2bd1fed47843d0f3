import * as z from "zod";

import { documentMetadataSchema } from "#storage/document-record";
import { aclLabelSchema, MAX_ACL_LABELS } from "#tenancy/acl-label";

/** Most documents of one call. */
export const MAX_DOCUMENTS_PER_CALL = 100;
/** Largest text of one document, in UTF-8 bytes. */
export const MAX_DOCUMENT_BYTES = 5 * 1024 * 1024;
/** Largest metadata object of one document, in characters of JSON. */
export const MAX_METADATA_CHARACTERS = 8_192;

const SIZE_RANGES = {
  tokens: { min: 100, max: 4_000 },
  characters: { min: 200, max: 16_000 },
} as const;

/** The caller's name of a document. */
export const docIdSchema = z.string().regex(/^[A-Za-z0-9._:/@-]{1,200}$/, {
  error: "must be 1 to 200 of A-Z, a-z, 0-9 and . _ : / @ -",
});

/** Text that UTF-8 can hold: half a surrogate pair could not be given back as it was sent. */
const storableText = z
  .string()
  .refine((text) => text.isWellFormed(), { error: "must be well-formed Unicode: it holds half of a surrogate pair" });

/** How to cut a document. What is left out comes from the tenant's config. */
export const chunkingSchema = z
  .strictObject({
    strategy: z.enum(["recursive", "markdown"]).optional(),
    /** Counted in `unit`: 100 to 4,000 tokens or 200 to 16,000 characters. */
    size: z.int().min(SIZE_RANGES.tokens.min).max(SIZE_RANGES.characters.max).optional(),
    /** Counted in `unit`; below half of `size`. */
    overlap: z
      .int()
      .min(0)
      .max(SIZE_RANGES.characters.max / 2)
      .optional(),
    unit: z.enum(["tokens", "characters"]).optional(),
  })
  .readonly();

/** One document as a caller sends it. */
export const ingestDocumentSchema = z.strictObject({
  docId: docIdSchema,
  text: storableText.refine((text) => text.trim() !== "", { error: "must hold some text" }),
  source: storableText.min(1).max(500).optional(),
  title: storableText.min(1).max(500).optional(),
  url: z
    .url({ protocol: /^https?$/, error: "must be an http or https address" })
    .max(2_000)
    .optional(),
  metadata: documentMetadataSchema
    .refine((metadata) => JSON.stringify(metadata).length <= MAX_METADATA_CHARACTERS, {
      error: `must take at most ${MAX_METADATA_CHARACTERS} characters as JSON`,
    })
    .optional(),
  /** Labels of those who may see it; absent or empty: everyone of the tenant. */
  acl: z.array(aclLabelSchema).max(MAX_ACL_LABELS).optional(),
  chunking: chunkingSchema.optional(),
});

/** Body of `POST /ingest`: one document, or several. */
export const ingestRequestSchema = z.union([
  ingestDocumentSchema,
  z.strictObject({ documents: z.array(ingestDocumentSchema).min(1).max(MAX_DOCUMENTS_PER_CALL) }),
]);

/** `data` of the answer of `POST /ingest`. */
export const ingestResponseSchema = z.object({
  documents: z.array(
    z.object({
      docId: z.string(),
      version: z.int(),
      chunks: z.int(),
      /** Nothing was embedded or written: the same document was there already. */
      unchanged: z.boolean(),
    }),
  ),
  count: z.int(),
  embeddingModelId: z.string(),
});

export type IngestDocument = z.output<typeof ingestDocumentSchema>;
export type IngestRequest = z.output<typeof ingestRequestSchema>;
export type IngestResponse = z.output<typeof ingestResponseSchema>;
export type ChunkingRequest = z.output<typeof chunkingSchema>;

/** Sizes a chunk may have in a unit. */
export function sizeRangeOf(unit: "tokens" | "characters"): { readonly min: number; readonly max: number } {
  return SIZE_RANGES[unit];
}
