import * as z from "#base/zod";

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
export const docIdSchema = z.string().check(
  z.regex(/^[A-Za-z0-9._:/@-]{1,200}$/, {
    error: "must be 1 to 200 of A-Z, a-z, 0-9 and . _ : / @ -",
  }),
);

/** Text that UTF-8 can hold: half a surrogate pair could not be given back as it was sent. */
const storableText = z.string().check(
  z.refine((text) => text.isWellFormed(), {
    error: "must be well-formed Unicode: it holds half of a surrogate pair",
  }),
);

/** How to cut a document. What is left out comes from the tenant's config. */
export const chunkingSchema = z.strictObject({
  strategy: z.optional(z.enum(["recursive", "markdown"])),
  /** Counted in `unit`: 100 to 4,000 tokens or 200 to 16,000 characters. */
  size: z.optional(z.int().check(z.gte(SIZE_RANGES.tokens.min), z.lte(SIZE_RANGES.characters.max))),
  /** Counted in `unit`; below half of `size`. */
  overlap: z.optional(z.int().check(z.gte(0), z.lte(SIZE_RANGES.characters.max / 2))),
  unit: z.optional(z.enum(["tokens", "characters"])),
});

/** One document as a caller sends it. */
export const ingestDocumentSchema = z.strictObject({
  docId: docIdSchema,
  text: storableText.check(z.refine((text) => text.trim() !== "", { error: "must hold some text" })),
  source: z.optional(storableText.check(z.minLength(1), z.maxLength(500))),
  title: z.optional(storableText.check(z.minLength(1), z.maxLength(500))),
  url: z.optional(
    z.string().check(z.refine(isWebAddress, { error: "must be an http or https address" }), z.maxLength(2_000)),
  ),
  metadata: z.optional(
    documentMetadataSchema.check(
      z.refine((metadata) => JSON.stringify(metadata).length <= MAX_METADATA_CHARACTERS, {
        error: `must take at most ${MAX_METADATA_CHARACTERS} characters as JSON`,
      }),
    ),
  ),
  /** Labels of those who may see it; absent or empty: everyone of the tenant. */
  acl: z.optional(z.array(aclLabelSchema).check(z.maxLength(MAX_ACL_LABELS))),
  chunking: z.optional(chunkingSchema),
});

/** Several documents in one call. */
export const ingestBatchSchema = z.strictObject({
  documents: z.array(ingestDocumentSchema).check(z.minLength(1), z.maxLength(MAX_DOCUMENTS_PER_CALL)),
});

/** Body of `POST /ingest`: one document, or several. */
export const ingestRequestSchema = z.union([ingestDocumentSchema, ingestBatchSchema]);

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
export type ChunkingRequest = Readonly<z.output<typeof chunkingSchema>>;

/** Sizes a chunk may have in a unit. */
export function sizeRangeOf(unit: "tokens" | "characters"): { readonly min: number; readonly max: number } {
  return SIZE_RANGES[unit];
}

function isWebAddress(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}
