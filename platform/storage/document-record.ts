import * as z from "#base/zod";

/** Most characters of one metadata value. */
export const MAX_METADATA_VALUE_CHARACTERS = 1_000;

/** A value of a document's metadata: what a filter can compare. A list matches when any member does. */
export const metadataValueSchema = z.union([
  z.string().check(z.maxLength(MAX_METADATA_VALUE_CHARACTERS)),
  z.number(),
  z.boolean(),
  z.array(z.string().check(z.maxLength(MAX_METADATA_VALUE_CHARACTERS))).check(z.maxLength(32)),
]);

/** The caller's own fields of a document. They are never mixed with the platform's: a key `tenantId` here means nothing. */
export const documentMetadataSchema = z.record(
  z.string().check(
    z.regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, {
      error: 'a metadata key must be 1 to 64 of A-Z, a-z, 0-9, "_", "." and "-", starting with a letter',
    }),
  ),
  metadataValueSchema,
);

export type MetadataValue = z.infer<typeof metadataValueSchema>;
export type DocumentMetadata = Readonly<z.infer<typeof documentMetadataSchema>>;

/** A stored document without its chunks. */
export interface DocumentRecord {
  readonly docId: string;
  /** Starts at 1, counts up with each change. */
  readonly version: number;
  /** SHA-256 of the text as it was sent, hex. */
  readonly contentHash: string;
  /** SHA-256 of everything that decides what is stored and indexed, hex. Equal means: nothing to do. */
  readonly fingerprint: string;
  readonly title?: string;
  readonly source?: string;
  readonly url?: string;
  readonly metadata: DocumentMetadata;
  /** Labels of those who may see it; empty means everyone of the tenant. */
  readonly acl: readonly string[];
  readonly chunks: number;
  /** Size of the text in UTF-8 bytes. */
  readonly bytes: number;
  /** Milliseconds since the Unix epoch. */
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** A piece of a document's text. `text` equals `document.slice(start, end)` of the text as it was sent. */
export interface ChunkRecord {
  /** Also the id of its vector. */
  readonly chunkId: string;
  /** Position among the document's chunks, from 0. */
  readonly index: number;
  /** Headings above the chunk, outermost first, joined by " > "; empty without any. */
  readonly context: string;
  readonly text: string;
  /** UTF-16 code units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** UTF-8 bytes, end exclusive. */
  readonly startByte: number;
  readonly endByte: number;
  /** SHA-256 over the embedding model and the text it read, hex. */
  readonly embeddingHash: string;
}

/** A chunk with the fields of its document that search needs. */
export interface IndexedChunk extends ChunkRecord {
  readonly docId: string;
  readonly version: number;
  readonly title?: string;
  readonly source?: string;
  readonly url?: string;
  readonly metadata: DocumentMetadata;
  readonly acl: readonly string[];
}
