import type { JobStatus } from "#ingest-jobs/job-response";
import type { JobRecord } from "#storage/ingest-job-store";

/** The status of a job, from its counts alone: nothing else could be out of step with them. Pure. */
export function jobStatus(
  job: Pick<JobRecord, "total" | "waiting" | "failed" | "createdAtMs" | "updatedAtMs">,
): JobStatus {
  if (job.waiting > 0) return job.updatedAtMs === job.createdAtMs ? "queued" : "running";
  if (job.failed === 0) return "succeeded";
  return job.failed === job.total ? "failed" : "partial";
}
