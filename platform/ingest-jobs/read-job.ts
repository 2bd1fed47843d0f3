import { PlatformError } from "#base/errors";
import type { JobResponse, ListJobsResponse } from "#ingest-jobs/job-response";
import type { JobServices } from "#ingest-jobs/job-services";
import { jobStatus } from "#ingest-jobs/job-status";
import type { FailedDocument, JobRecord } from "#storage/ingest-job-store";
import type { TenantId } from "#tenancy/tenant-id";

/** Silence after which nobody works at a job any more: longer than the longest pause between two attempts, milliseconds. */
const STALLED_AFTER_MS = 10 * 60 * 1_000;

/**
 * A job and its dead letters. A job whose run is gone, which the runtime should not let happen, is handed over again.
 * Errors: `not_found`, also for a job of another tenant.
 */
export async function readJob(
  tenantId: TenantId,
  services: Pick<JobServices, "jobs" | "runs" | "clock">,
  jobId: string,
): Promise<JobResponse> {
  const { jobs, clock } = services;
  const job = await findJob(tenantId, services, jobId);
  if (job.waiting > 0 && clock.nowMs() - job.updatedAtMs > STALLED_AFTER_MS) {
    await handOver(tenantId, services, job, { includeFailed: false });
  }
  return toJobResponse(job, job.failed === 0 ? [] : await jobs.listFailed(tenantId, jobId));
}

/** Hands a job's dead letters over again. Errors: `not_found`; `conflict` when there are none. */
export async function retryJob(
  tenantId: TenantId,
  services: Pick<JobServices, "jobs" | "runs" | "clock">,
  jobId: string,
): Promise<JobResponse> {
  const job = await findJob(tenantId, services, jobId);
  if (job.failed === 0 || !(await handOver(tenantId, services, job, { includeFailed: true }))) {
    throw new PlatformError("conflict", "The job has no failed documents that could be tried again.");
  }
  return readJob(tenantId, services, jobId);
}

/** The tenant's jobs, latest first. Errors: `invalid_request` for a cursor that this API did not give. */
export async function listJobs(
  tenantId: TenantId,
  { jobs }: Pick<JobServices, "jobs">,
  page: { readonly limit: number; readonly cursor?: string; readonly failedOnly: boolean },
): Promise<ListJobsResponse> {
  const { jobs: records, nextCursor } = await jobs.listJobs(tenantId, page);
  const summaries = records.map((job) => {
    const { failed: _, ...summary } = toJobResponse(job, []);
    return { ...summary, failedCount: job.failed };
  });
  return { jobs: summaries, ...(nextCursor === undefined ? {} : { nextCursor }) };
}

/** What the API says of a job. Pure. */
export function toJobResponse(job: JobRecord, failed: readonly FailedDocument[]): JobResponse {
  return {
    jobId: job.jobId,
    status: jobStatus(job),
    total: job.total,
    done: job.total - job.waiting - job.failed,
    failed: [...failed],
    createdAt: new Date(job.createdAtMs).toISOString(),
    updatedAt: new Date(job.updatedAtMs).toISOString(),
  };
}

async function findJob(tenantId: TenantId, { jobs }: Pick<JobServices, "jobs">, jobId: string): Promise<JobRecord> {
  const job = await jobs.findJob(tenantId, jobId);
  if (job === undefined) throw new PlatformError("not_found", "There is no such job. Jobs are kept for seven days.");
  return job;
}

/** Starts the next run, unless somebody else was first. */
async function handOver(
  tenantId: TenantId,
  { jobs, runs, clock }: Pick<JobServices, "jobs" | "runs" | "clock">,
  { jobId, run }: JobRecord,
  { includeFailed }: { readonly includeFailed: boolean },
): Promise<boolean> {
  const next = await jobs.beginRun(tenantId, jobId, run, { includeFailed, nowMs: clock.nowMs() });
  if (next !== undefined) await runs.start(tenantId, jobId, next);
  return next !== undefined;
}
