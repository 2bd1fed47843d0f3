import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import * as z from "#base/zod";

import type { JobRuns } from "#ingest-jobs/job-services";
import { runJob, type JobSteps } from "#ingest-jobs/run-job";
import { describeThrown, type Logger } from "#observability/logger";
import { ragSettings } from "#rag/rag-services";
import type { PartStep } from "#speech/run-speech-job";
import type { EnvironmentName } from "#tenancy/environments";
import { composeTenant } from "#worker/compose-services";
import type { WorkerEnv } from "#worker/env";
import type { Isolate } from "#worker/isolate";
import type { SpeechFeature } from "#worker/speech-feature";

/** The Workflow class that runs a Worker's jobs: of ingest, and of speech where there is any. */
export type IngestWorkflowClass = new (context: ExecutionContext, env: WorkerEnv) => WorkflowEntrypoint<WorkerEnv>;

const paramsSchema = z.strictObject({
  tenantId: z.string(),
  jobId: z.string(),
  run: z.int().check(z.positive()),
  /** Of a job of speech: what `SpeechFeature.runs` has put there. */
  speech: z.optional(z.unknown()),
});

/** What a run is started with. */
export type IngestRun = z.infer<typeof paramsSchema>;

/** An attempt that takes longer is broken off and made again. */
const STEP_TIMEOUT = "5 minutes";
/** The pauses between attempts (milliseconds) double: 5 s to 80 s, so that a model that is down for two minutes costs no document. */
const DEPLOYED_RETRIES = { limit: 5, delay: 5_000, backoff: "exponential" } as const;
/** On a developer's machine nobody waits for long. */
const DEV_RETRIES = { limit: 3, delay: 250, backoff: "exponential" } as const;

/** Binds the class to the tenants of the bundle. A job of a tenant that the bundle does not hold is not run. */
export function defineIngestWorkflow(
  isolateOf: (env: WorkerEnv) => Isolate,
  speech: SpeechFeature | undefined,
): IngestWorkflowClass {
  return class IngestWorkflow extends WorkflowEntrypoint<WorkerEnv> {
    override async run({ payload }: WorkflowEvent<unknown>, workflowStep: WorkflowStep): Promise<unknown> {
      const { tenantId: id, jobId, run, speech: said } = paramsSchema.parse(payload);
      const parts = isolateOf(this.env);
      const tenant = parts.directory.byId(id);
      if (tenant === undefined) return;
      const { environment, log } = parts;
      const context = { tenantId: id, jobId, environment, log };
      if (said !== undefined)
        return speech?.runJob(this.env, tenant, parts, { jobId, run: said }, durablePart(workflowStep, context));
      const services = composeTenant(this.env, tenant, parts);
      const settings = ragSettings(tenant, { environment, route: "/ingest" });
      await runJob(
        tenant.tenantId,
        { ...services.knowledge, jobs: services.jobs },
        { jobId, run, settings },
        durableSteps(workflowStep, context),
      );
      return undefined;
    }
  };
}

/** A job under way, as the log names it. */
interface RunningJob {
  readonly tenantId: string;
  readonly jobId: string;
  readonly environment: EnvironmentName;
  readonly log: Logger;
}

function durableSteps(step: WorkflowStep, job: RunningJob): JobSteps {
  const options = optionsOf(job);
  return {
    act: (name, work) => step.do(name, options, watched(job, name, work)),
    list: (name, work) => step.do(name, options, watched(job, name, work)),
  };
}

function durablePart(step: WorkflowStep, job: RunningJob): PartStep {
  return (name, work) => step.do(name, optionsOf(job), watched(job, name, work));
}

function optionsOf({ environment }: RunningJob) {
  return { retries: environment === "dev" ? DEV_RETRIES : DEPLOYED_RETRIES, timeout: STEP_TIMEOUT } as const;
}

/** The attempt, told to the log when it fails: the caller sees the last failure only. */
function watched<Result>({ tenantId, jobId, log }: RunningJob, step: string, work: () => Promise<Result>) {
  return async (): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      log.log("error", "ingest_step_failed", { tenantId, jobId, step, error: describeThrown(error) });
      throw error;
    }
  };
}

/** Starts runs as instances of the Workflow. The instance's id is the run's, so that a run is started once. */
export function ingestRuns(workflow: Workflow<IngestRun>): JobRuns {
  return {
    async start(tenantId, jobId, run) {
      // A tenant id holds no "_": two runs never share an id.
      const id = `${tenantId}_${jobId}_${run}`;
      try {
        await workflow.create({ id, params: { tenantId, jobId, run } });
      } catch (error) {
        // What was created already is what was asked for; anything else is the caller's to know.
        if (!(error instanceof Error && error.message.includes("already_exists"))) throw error;
      }
    },
  };
}
