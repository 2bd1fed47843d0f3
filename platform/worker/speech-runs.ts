import type { SpeechJobResult } from "#speech/run-speech-job";
import type { SpeechRuns } from "#speech/speech-jobs";
import type { TenantId } from "#tenancy/tenant-id";
import type { IngestRun } from "#worker/ingest-workflow";

/** Runs speech jobs as instances of the Workflow, which keeps what became of them. */
export function speechRuns(workflow: Workflow<IngestRun>): SpeechRuns {
  // A tenant id holds no "_", and the runs of ingest jobs are numbers: no two runs share an id.
  const instanceId = (tenantId: TenantId, jobId: string): string => `${tenantId}_${jobId}_speech`;
  return {
    async start(tenantId, jobId, run) {
      await workflow.create({ id: instanceId(tenantId, jobId), params: { tenantId, jobId, run: 1, speech: run } });
    },
    async outcome(tenantId, jobId) {
      const { status, output } = await (await workflow.get(instanceId(tenantId, jobId))).status();
      if (status === "complete") return output as SpeechJobResult;
      if (status === "errored" || status === "terminated") return { code: "internal" };
      return status === "queued" ? "queued" : "running";
    },
  };
}
