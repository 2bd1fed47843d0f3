import { type PlatformError, toPlatformError } from "#base/errors";
import type { JobServices } from "#ingest-jobs/job-services";
import { ingestDocuments } from "#rag/ingest-documents";
import { ingestDocumentSchema, type IngestDocument } from "#rag/ingest-request";
import type { RagSettings } from "#rag/rag-services";
import type { FailureReason, JobRecord, Settlement, WaitingDocument } from "#storage/ingest-job-store";
import type { TenantId } from "#tenancy/tenant-id";

type PartServices = Pick<JobServices, "jobs" | "documents" | "vectors" | "models" | "clock">;

/** Which part of which job. */
export interface PartCall {
  readonly jobId: string;
  readonly part: number;
  readonly settings: RagSettings;
}

/**
 * Stores the waiting documents of a part and settles them. Documents that can never be stored become dead letters; when
 * others failed for a reason that may pass, it throws that reason after everything else is settled. Safe to repeat.
 */
export async function storePart(tenantId: TenantId, services: PartServices, call: PartCall): Promise<void> {
  const { jobs, clock } = services;
  const job = await jobs.findJob(tenantId, call.jobId);
  const waiting = await jobs.takePart(tenantId, call.jobId, call.part, clock.nowMs());
  if (job === undefined || waiting.length === 0) return;
  const store = (documents: readonly WaitingDocument[]): Promise<unknown> =>
    storeDocuments(tenantId, services, job, call.settings, documents);
  const { settlements, retry } = await storeTogetherOrAlone(waiting, store);
  await jobs.settle(tenantId, call.jobId, settlements, clock.nowMs());
  if (retry !== undefined) throw retry;
}

/** What a dead letter says: only what a caller of the API may read. */
export function failureOf({ code, message, details }: PlatformError): FailureReason {
  const rules = details.map(({ field, message: rule }) => `${field}: ${rule}`);
  return { code, message: [message, ...rules].join(" ").slice(0, 1_000) };
}

interface PartOutcome {
  readonly settlements: readonly Settlement[];
  /** A failure that may pass. */
  readonly retry: PlatformError | undefined;
}

/** All at once; where that fails, one by one, so that one document does not hold up the others. */
async function storeTogetherOrAlone(
  waiting: readonly WaitingDocument[],
  store: (documents: readonly WaitingDocument[]) => Promise<unknown>,
): Promise<PartOutcome> {
  if (waiting.length > 1) {
    try {
      await store(waiting);
      return { settlements: waiting.map(({ index }) => ({ index })), retry: undefined };
    } catch (thrown) {
      const error = toPlatformError(thrown);
      // The models' troubles are everybody's: asking once for each document would only add to them.
      if (error.code === "model_unavailable") return { settlements: [], retry: error };
    }
  }
  const settlements: Settlement[] = [];
  let retry: PlatformError | undefined;
  for (const document of waiting) {
    try {
      await store([document]);
      settlements.push({ index: document.index });
    } catch (thrown) {
      const error = toPlatformError(thrown);
      if (error.retryable) retry = error;
      else settlements.push({ index: document.index, failure: failureOf(error) });
    }
  }
  return { settlements, retry };
}

function storeDocuments(
  tenantId: TenantId,
  services: PartServices,
  { jobId, createdAtMs, traceId, principalId }: JobRecord,
  settings: RagSettings,
  waiting: readonly WaitingDocument[],
): Promise<unknown> {
  return ingestDocuments(tenantId, services, {
    settings,
    context: { traceId, route: "/ingest", principalId },
    documents: waiting.map(parseDocument),
    job: {
      jobId,
      acceptedMs: createdAtMs,
      indexes: new Map(waiting.map(({ docId, index }) => [docId, index])),
    },
  });
}

function parseDocument({ json }: WaitingDocument): IngestDocument {
  return ingestDocumentSchema.parse(JSON.parse(json));
}
