import { toPlatformError } from "#base/errors";
import type { JobServices } from "#ingest-jobs/job-services";
import { failureOf, storePart } from "#ingest-jobs/store-part";
import { deleteDoomedVectors } from "#rag/delete-doomed-vectors";
import type { RagSettings } from "#rag/rag-services";
import type { TenantId } from "#tenancy/tenant-id";

/**
 * Does pieces of work durably: tries again when one throws, and does none twice that worked when the run is resumed.
 * Throws when the last attempt failed. Names are unique within a run.
 */
export interface JobSteps {
  act(name: string, work: () => Promise<void>): Promise<void>;
  list(name: string, work: () => Promise<number[]>): Promise<number[]>;
}

/** What a run is told. */
export interface RunCall {
  readonly jobId: string;
  readonly run: number;
  readonly settings: RagSettings;
}

/**
 * Stores the documents of a job, part after part. A part whose attempts are used up becomes dead letters, and the next
 * one's turn comes. Every step can be repeated; several runs of one job at once do no harm.
 */
export async function runJob(
  tenantId: TenantId,
  services: Pick<JobServices, "jobs" | "documents" | "vectors" | "models" | "clock">,
  { jobId, run, settings }: RunCall,
  steps: JobSteps,
): Promise<void> {
  const { jobs, clock } = services;
  const parts = await steps.list("plan", async () => {
    const job = await jobs.findJob(tenantId, jobId);
    return job?.run === run ? [...(await jobs.listWaitingParts(tenantId, jobId))] : [];
  });
  for (const part of parts) {
    // What a step throws has lost its type on the way out.
    let reason: unknown;
    try {
      await steps.act(`part ${part}`, () =>
        storePart(tenantId, services, { jobId, part, settings }).catch((thrown: unknown) => {
          reason = thrown;
          throw thrown;
        }),
      );
    } catch (thrown) {
      const failure = failureOf(toPlatformError(reason ?? thrown));
      await steps.act(`give up part ${part}`, async () => {
        const waiting = await jobs.takePart(tenantId, jobId, part, clock.nowMs());
        const settlements = waiting.map(({ index }) => ({ index, failure }));
        await jobs.settle(tenantId, jobId, settlements, clock.nowMs());
      });
    }
  }
  // What the last attempt of a run that died has left.
  await steps.act("tidy up", async () => {
    await deleteDoomedVectors(tenantId, services);
  });
}
