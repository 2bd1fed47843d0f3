import type { JobResponse } from "#ingest-jobs/job-response";
import type { JobServices } from "#ingest-jobs/job-services";
import { planParts } from "#ingest-jobs/plan-parts";
import { toJobResponse } from "#ingest-jobs/read-job";
import type { IngestCall } from "#rag/ingest-documents";
import type { IngestDocument } from "#rag/ingest-request";
import { utf8Length } from "#rag/measure-text";
import { digestDocuments, isStored } from "#rag/plan-document";
import type { TenantId } from "#tenancy/tenant-id";

/** More text in one call than this becomes a job, in UTF-8 bytes. */
export const MAX_INLINE_TEXT_BYTES = 256 * 1024;

/** How long a job can be read and its dead letters are kept, milliseconds. */
const JOB_RETENTION_MS = 7 * 24 * 60 * 60 * 1_000;

/** Whether a call is too large to be done while its caller waits. */
export function isJobSized(documents: readonly Pick<IngestDocument, "text">[]): boolean {
  return documents.reduce((bytes, { text }) => bytes + utf8Length(text), 0) > MAX_INLINE_TEXT_BYTES;
}

/**
 * Accepts documents that are stored later. What can never be stored is refused here; what is stored already is done at once
 * and costs one read. Sending the same documents again makes a job that has nothing to do.
 *
 * Errors: `payload_too_large`, `invalid_request`. If handing over fails, the job is lost to its caller, who sends again:
 * the later job then takes the documents over.
 */
export async function submitJob(tenantId: TenantId, services: JobServices, call: IngestCall): Promise<JobResponse> {
  const { documents, jobs, runs, clock } = services;
  const nowMs = clock.nowMs();
  const digested = await digestDocuments(call.documents, call.settings);
  const { documents: states } = await documents.findStates(
    tenantId,
    call.documents.map(({ docId }) => docId),
  );
  const changed = digested.filter((document, index) => !isStored(document, states[index]));
  const changedIds = new Set(changed.map(({ input }) => input.docId));
  const confirmed = states.filter(({ docId, isInJob }) => isInJob && !changedIds.has(docId)).map(({ docId }) => docId);
  if (confirmed.length > 0) await documents.supersedeInJobs(tenantId, confirmed, nowMs);

  const parts = planParts(changed);
  const job = {
    jobId: crypto.randomUUID().replaceAll("-", ""),
    principalId: call.context.principalId ?? "anonymous",
    traceId: call.context.traceId,
    createdAtMs: nowMs,
    total: call.documents.length,
    documents: changed.map(({ input }, index) => ({
      docId: input.docId,
      part: parts[index] ?? 0,
      json: JSON.stringify(input),
    })),
  };
  await jobs.removeJobsBefore(tenantId, nowMs - JOB_RETENTION_MS);
  await jobs.createJob(tenantId, job);
  if (changed.length > 0) await runs.start(tenantId, job.jobId, 1);
  return toJobResponse({ ...job, run: 1, updatedAtMs: nowMs, waiting: changed.length, failed: 0 }, []);
}
