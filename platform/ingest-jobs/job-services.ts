import type { RagServices } from "#rag/rag-services";
import type { IngestJobStore } from "#storage/ingest-job-store";
import type { TenantId } from "#tenancy/tenant-id";

/** Hands a job's work over to something that goes on when the request has ended. */
export interface JobRuns {
  /** Starts a run. Starting the same run twice starts one. */
  start(tenantId: TenantId, jobId: string, run: number): Promise<void>;
}

/** What jobs need besides what ingesting needs. Belongs to no tenant: every call names its own. */
export interface JobServices extends RagServices {
  readonly jobs: IngestJobStore;
  readonly runs: JobRuns;
}
