import type { TenantId } from "#tenancy/tenant-id";

/** Most jobs of one page of `listJobs`. */
export const MAX_JOBS_PAGE = 100;

/** A document that is to be stored later. */
export interface NewJobDocument {
  readonly docId: string;
  /** Documents of one part are stored together. */
  readonly part: number;
  /** The document as it was sent, as JSON. */
  readonly json: string;
}

/** A job as it is accepted. */
export interface NewJob {
  readonly jobId: string;
  readonly principalId: string;
  readonly traceId: string;
  /** Milliseconds since the Unix epoch. Of two jobs with a document in common, the one accepted later wins. */
  readonly createdAtMs: number;
  /** Documents that were sent, those included that are stored already and so need nothing. */
  readonly total: number;
  readonly documents: readonly NewJobDocument[];
}

/** A job and how far it has come. */
export interface JobRecord {
  readonly jobId: string;
  readonly principalId: string;
  readonly traceId: string;
  /** Which handing-over of the work is the current one, from 1. */
  readonly run: number;
  readonly createdAtMs: number;
  /** When something was done last. */
  readonly updatedAtMs: number;
  /** Documents: all of them, those still to be stored, and those that could not be. The others are done. */
  readonly total: number;
  readonly waiting: number;
  readonly failed: number;
}

/** Why a document could not be stored: an error code and its public text. */
export interface FailureReason {
  readonly code: string;
  readonly message: string;
}

/** A dead letter. */
export interface FailedDocument extends FailureReason {
  readonly docId: string;
}

/** A document that waits to be stored. */
export interface WaitingDocument {
  /** Position among the job's documents. */
  readonly index: number;
  readonly docId: string;
  readonly json: string;
}

/** What became of a waiting document: no reason means that it needs nothing more. */
export interface Settlement {
  readonly index: number;
  readonly failure?: FailureReason;
}

export interface JobPage {
  /** Latest first. */
  readonly jobs: readonly JobRecord[];
  readonly nextCursor?: string;
}

/**
 * Jobs that store documents later. `DocumentStore.replaceDocuments` claims a waiting document and settles it in the
 * transaction that stores it. Every function reads and writes what belongs to `tenantId`, and nothing else.
 */
export interface IngestJobStore {
  /** Stores a job with its documents. Nobody sees it before it is whole. */
  createJob(tenantId: TenantId, job: NewJob): Promise<void>;
  findJob(tenantId: TenantId, jobId: string): Promise<JobRecord | undefined>;
  /** Dead letters, in the order of the documents. */
  listFailed(tenantId: TenantId, jobId: string): Promise<readonly FailedDocument[]>;
  /** `failedOnly`: jobs with dead letters. Errors: `invalid_request` for a cursor this store did not give. */
  listJobs(
    tenantId: TenantId,
    page: { readonly limit: number; readonly cursor?: string; readonly failedOnly: boolean },
  ): Promise<JobPage>;
  /** Parts with waiting documents, ascending. */
  listWaitingParts(tenantId: TenantId, jobId: string): Promise<readonly number[]>;
  /** The waiting documents of a part, in order; notes that somebody works at the job. */
  takePart(tenantId: TenantId, jobId: string, part: number, nowMs: number): Promise<readonly WaitingDocument[]>;
  /** Settles documents that still wait; leaves alone what does not. Idempotent. */
  settle(tenantId: TenantId, jobId: string, settlements: readonly Settlement[], nowMs: number): Promise<void>;
  /**
   * Counts the run up if it still is `run`, so that of two who hand the work over at once one does. With `includeFailed`,
   * dead letters wait again. Answers the new run; `undefined` when somebody else was first, or nothing waits.
   */
  beginRun(
    tenantId: TenantId,
    jobId: string,
    run: number,
    options: { readonly includeFailed: boolean; readonly nowMs: number },
  ): Promise<number | undefined>;
  /** Removes jobs that were accepted before a time, whatever their state; a bounded number per call. */
  removeJobsBefore(tenantId: TenantId, beforeMs: number): Promise<void>;
}
