import * as z from "#base/zod";

/** `queued`: nothing was done yet. `partial`: all is done, and some documents could not be stored. */
export const JOB_STATUSES = ["queued", "running", "succeeded", "failed", "partial"] as const;

const failedDocumentSchema = z.object({
  docId: z.string(),
  /** An error code of this API. */
  code: z.string(),
  message: z.string(),
});

const jobSummarySchema = z.object({
  jobId: z.string(),
  status: z.enum(JOB_STATUSES),
  /** Documents that were sent. */
  total: z.int(),
  /** Those that are stored, or were by a later call, or deleted since. */
  done: z.int(),
  /** ISO 8601. */
  createdAt: z.string(),
  /** When something was done last, ISO 8601. */
  updatedAt: z.string(),
});

/** `data` of `GET /ingest/:jobId`, and of the 202 of `POST /ingest`. */
export const jobResponseSchema = z.object({
  ...jobSummarySchema.shape,
  /** Dead letters: kept until the job is a week old, or handed over again. */
  failed: z.array(failedDocumentSchema),
});

/** `data` of `GET /ingest`. */
export const listJobsResponseSchema = z.object({
  jobs: z.array(z.object({ ...jobSummarySchema.shape, failedCount: z.int() })),
  nextCursor: z.optional(z.string()),
});

export type JobStatus = (typeof JOB_STATUSES)[number];
export type JobResponse = z.output<typeof jobResponseSchema>;
export type ListJobsResponse = z.output<typeof listJobsResponseSchema>;
