import * as z from "#base/zod";

import { spanSchema } from "#rag/search-response";

const documentSchema = z.object({
  docId: z.string(),
  version: z.int(),
  title: z.optional(z.string()),
  source: z.optional(z.string()),
  url: z.optional(z.string()),
  metadata: z.record(z.string(), z.unknown()),
  /** Labels of those who may see it; empty: everyone of the tenant. */
  acl: z.array(z.string()),
  /** UTF-8 bytes of the text. */
  bytes: z.int(),
  /** SHA-256 of the text, hex. */
  contentHash: z.string(),
  /** ISO 8601. */
  updatedAt: z.string(),
});

export const documentSummarySchema = z.object({ ...documentSchema.shape, chunks: z.int() });

/** `data` of `GET /documents`. */
export const listDocumentsResponseSchema = z.object({
  documents: z.array(documentSummarySchema),
  nextCursor: z.optional(z.string()),
});

/** `data` of `GET /documents/:docId`. */
export const documentDetailSchema = z.object({
  ...documentSchema.shape,
  chunks: z.array(
    z.object({ chunkId: z.string(), index: z.int(), context: z.string(), text: z.string(), ...spanSchema.shape }),
  ),
});

/** `data` of `DELETE /documents/:docId`. */
export const deleteDocumentResponseSchema = z.object({
  docId: z.string(),
  deleted: z.literal(true),
  chunks: z.int(),
  vectors: z.int(),
});

export type DocumentSummary = z.output<typeof documentSummarySchema>;
export type ListDocumentsResponse = z.output<typeof listDocumentsResponseSchema>;
export type DocumentDetail = z.output<typeof documentDetailSchema>;
export type DeleteDocumentResponse = z.output<typeof deleteDocumentResponseSchema>;
