import type { DocumentFilter } from "#storage/document-filter";
import type { ChunkRecord, DocumentRecord, IndexedChunk } from "#storage/document-record";
import type { TenantId } from "#tenancy/tenant-id";

/** Most documents of one page of `listDocuments`. */
export const MAX_DOCUMENTS_PAGE = 200;

/** What the store knows of a document before it is written again. */
export interface DocumentState {
  readonly docId: string;
  readonly document: DocumentRecord | undefined;
  /** Whether vectors were announced that nothing uses: by a writer at work, or by one that was interrupted. */
  readonly hasPendingVectors: boolean;
  /** Whether a job holds a version of it that is still to be stored, or could not be. */
  readonly isInJob: boolean;
}

/** What the store knows before documents are written. */
export interface DocumentStates {
  /** In the order asked for. */
  readonly documents: readonly DocumentState[];
  /** Vectors of any document of the tenant that wait to be deleted: what an interruption left behind. A bounded number. */
  readonly doomedVectors: readonly string[];
}

/** A vector a document may reuse instead of embedding the same text again. */
export interface ReusableVector {
  readonly vectorId: string;
  readonly embeddingHash: string;
}

/** A vector about to be written. It is announced first, so that it can be found whatever happens. */
export interface PlannedVector extends ReusableVector {
  readonly docId: string;
  /** The document version it is made for. */
  readonly version: number;
}

/** A document that waits in a job (see ingest-job-store.ts). */
export interface JobClaim {
  readonly jobId: string;
  /** Position among the job's documents. */
  readonly index: number;
}

/** A new version of a document with all its chunks. */
export interface DocumentReplacement {
  /** What it was made from; `undefined`: there was no such document. */
  readonly base: Pick<DocumentRecord, "version" | "fingerprint"> | undefined;
  readonly document: DocumentRecord;
  readonly chunks: readonly ChunkRecord[];
  /** Where it waited: settled in the same transaction. If it waits no longer, nothing is replaced. */
  readonly claim?: JobClaim;
  /** Versions that jobs accepted before this time hold are settled as superseded. Milliseconds since the Unix epoch. */
  readonly supersedesBeforeMs?: number;
}

/** `conflict`: the document is no longer at `base`, or its claim is gone; nothing of this replacement was written. */
export type ReplacementOutcome = "replaced" | "conflict";

export interface DocumentPage {
  /** By docId, ascending. */
  readonly documents: readonly DocumentRecord[];
  /** Pass it to get the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/** What is to be read, and by whom. */
export interface Reading {
  readonly filter: DocumentFilter;
  /** Labels that the reader carries. Documents without labels are everyone's. */
  readonly acl: ReadonlySet<string>;
}

export interface TextHit {
  readonly chunk: IndexedChunk;
  /** BM25, greater is better. Only comparable within one result. */
  readonly score: number;
}

/**
 * Documents, their chunks and the BM25 index over them. The truth about what exists: a vector whose chunk
 * is not here belongs to nothing. Every function reads and writes what belongs to `tenantId`, and nothing else.
 */
export interface DocumentStore {
  findStates(tenantId: TenantId, docIds: readonly string[]): Promise<DocumentStates>;
  /** `undefined` also for a document that is not meant for a reader with these labels. */
  findDocument(tenantId: TenantId, docId: string, acl: ReadonlySet<string>): Promise<DocumentRecord | undefined>;
  /** Chunks in the order of the text; empty for a document that is unknown, or not meant for the reader. */
  listChunks(tenantId: TenantId, docId: string, acl: ReadonlySet<string>): Promise<readonly ChunkRecord[]>;
  /** Those that a reader with these labels may see. Errors: `invalid_request` for a cursor this store did not give. */
  listDocuments(
    tenantId: TenantId,
    page: { readonly limit: number; readonly cursor?: string },
    acl: ReadonlySet<string>,
  ): Promise<DocumentPage>;

  /** The live vectors of several documents: docId → vectors. */
  listLiveVectors(
    tenantId: TenantId,
    docIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly ReusableVector[]>>;
  /** Records vectors as pending. Idempotent. */
  planVectors(tenantId: TenantId, vectors: readonly PlannedVector[]): Promise<void>;
  /** Dooms vectors whose version lost against another writer, unless a chunk uses them. They need not be recorded yet. */
  dismissVectors(tenantId: TenantId, vectors: readonly PlannedVector[]): Promise<void>;
  /**
   * Swaps documents for their new versions, each one atomically: chunks, BM25 index, the new vectors live, every other
   * vector up to that version doomed, corpus version counted up. Outcomes in the order given.
   */
  replaceDocuments(
    tenantId: TenantId,
    replacements: readonly DocumentReplacement[],
  ): Promise<readonly ReplacementOutcome[]>;
  /** Settles versions of documents that jobs accepted before a time hold: a later word on them counts. */
  supersedeInJobs(tenantId: TenantId, docIds: readonly string[], acceptedMs: number): Promise<void>;
  /**
   * Removes a document and all its chunks, dooms all its vectors, and settles what jobs hold of it.
   * `existed` is false when there was nothing of it at all. One that a reader with these labels may not see is left alone,
   * as if it did not exist.
   */
  removeDocument(
    tenantId: TenantId,
    docId: string,
    acl: ReadonlySet<string>,
  ): Promise<{ readonly chunks: number; readonly existed: boolean }>;
  /** Vectors that wait to be deleted: those of some documents, or a bounded number of the tenant's. */
  listDoomedVectors(tenantId: TenantId, docIds?: readonly string[]): Promise<readonly string[]>;
  /** Forgets doomed vectors after they were deleted from the vector store. */
  forgetDoomedVectors(tenantId: TenantId, vectorIds: readonly string[]): Promise<void>;

  /**
   * BM25 over title, headings and text of what the reader may see, best first. Words are stemmed and joined by OR; text
   * without a word finds nothing.
   */
  searchText(tenantId: TenantId, query: string, limit: number, reading: Reading): Promise<readonly TextHit[]>;
  /** Chunks of current versions that a reader with these labels may see, in no order; unknown ids are left out. */
  findChunks(
    tenantId: TenantId,
    chunkIds: readonly string[],
    acl: ReadonlySet<string>,
  ): Promise<readonly IndexedChunk[]>;
  /** 0 for a tenant that never stored anything. */
  corpusVersion(tenantId: TenantId): Promise<number>;
}
