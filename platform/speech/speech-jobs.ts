import * as z from "#base/zod";

import { defect, PlatformError } from "#base/errors";
import type { ChosenVoice } from "#speech/choose-voice";
import { setWavLength } from "#speech/join-audio";
import type { SpeechJobResult } from "#speech/run-speech-job";
import type { SpeechRequest } from "#speech/speech-request";
import type { SpeechJob, SpeechStore } from "#storage/speech-store";
import type { TenantId } from "#tenancy/tenant-id";

/** How long a job and its audio are kept, seconds. */
export const SPEECH_JOB_SECONDS = 86_400;

/** `data` of `GET /tts/:jobId`, and of the 202 of `POST /tts`. */
export const speechJobSchema = z.object({
  jobId: z.string(),
  status: z.enum(["queued", "running", "succeeded", "failed"]),
  format: z.string(),
  createdAt: z.string().check(z.describe("ISO 8601.")),
  expiresAt: z.string().check(z.describe("ISO 8601. From then on neither job nor audio is there.")),
  audio: z.optional(z.string()).check(z.describe("Path of the audio, once it has succeeded.")),
  bytes: z.optional(z.int()),
  code: z.optional(z.string()).check(z.describe("Error code, when it has failed.")),
});

/** What a run is started with. */
export interface SpeechRun {
  readonly request: SpeechRequest;
  readonly traceId: string;
  readonly principalId: string;
  readonly startedMs: number;
}

/** Where jobs are run. */
export interface SpeechRuns {
  start(tenantId: TenantId, jobId: string, run: SpeechRun): Promise<void>;
  /** What became of a run; `undefined` while it is under way. */
  outcome(tenantId: TenantId, jobId: string): Promise<SpeechJobResult | "queued" | "running">;
}

export interface SpeechJobs {
  readonly store: SpeechStore;
  readonly runs: SpeechRuns;
}

type ShownJob = z.output<typeof speechJobSchema>;

/** Accepts a long text. Its principal can ask for it from now on. */
export async function submitSpeechJob(
  tenantId: TenantId,
  { store, runs }: SpeechJobs,
  { run, voice: { format } }: { readonly run: SpeechRun; readonly voice: ChosenVoice },
): Promise<ShownJob> {
  const jobId = crypto.randomUUID();
  const job = { principalId: run.principalId, format, createdAtMs: run.startedMs };
  await store.putJob(tenantId, jobId, job);
  await runs.start(tenantId, jobId, run);
  return shown(jobId, job, "queued");
}

/**
 * How far a job of this principal has come.
 * @throws PlatformError `not_found`: it is another's, it is gone, or there never was one.
 */
export async function readSpeechJob(
  tenantId: TenantId,
  jobs: SpeechJobs,
  { jobId, principalId }: { readonly jobId: string; readonly principalId: string },
): Promise<ShownJob> {
  const { job, outcome } = await findJob(tenantId, jobs, jobId, principalId);
  return shown(jobId, job, outcome);
}

/**
 * The audio of a job of this principal, read as it is sent.
 * @throws PlatformError as `readSpeechJob`; `conflict` when there is no audio, or not yet.
 */
export async function readSpeechAudio(
  tenantId: TenantId,
  jobs: SpeechJobs,
  { jobId, principalId }: { readonly jobId: string; readonly principalId: string },
): Promise<{ readonly format: string; readonly bytes: number; readonly audio: ReadableStream<Uint8Array> }> {
  const { job, outcome } = await findJob(tenantId, jobs, jobId, principalId);
  if (typeof outcome === "string" || "code" in outcome)
    throw new PlatformError("conflict", `There is no audio, or not yet: GET /tts/${jobId} says why.`);
  const { parts } = outcome;
  const bytes = totalBytes(parts);
  const readPart = async (part: number): Promise<Uint8Array> => {
    const stored = await jobs.store.getPart(tenantId, { jobId, part });
    if (stored === undefined) throw new PlatformError("gone", "The audio is no longer there.");
    if (stored.byteLength !== parts[part]) throw defect(`part ${part} of a job's audio is not what was stored`);
    return new Uint8Array(stored);
  };
  // The first part before the answer begins: what fails there is still told by a status.
  const first = await readPart(0);
  if (job.format === "wav") setWavLength(first, bytes);
  let part = 0;
  const audio = new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue(part === 0 ? first : await readPart(part));
      part += 1;
      if (part === parts.length) controller.close();
    },
  });
  return { format: job.format, bytes, audio };
}

async function findJob(
  tenantId: TenantId,
  { store, runs }: SpeechJobs,
  jobId: string,
  principalId: string,
): Promise<{ job: SpeechJob; outcome: SpeechJobResult | "queued" | "running" }> {
  const job = await store.getJob(tenantId, jobId);
  if (job?.principalId !== principalId) throw new PlatformError("not_found", "There is no such speech job.");
  return { job, outcome: await runs.outcome(tenantId, jobId) };
}

function shown(
  jobId: string,
  { format, createdAtMs }: SpeechJob,
  outcome: SpeechJobResult | "queued" | "running",
): ShownJob {
  const base = {
    ...{ jobId, format, createdAt: new Date(createdAtMs).toISOString() },
    expiresAt: new Date(createdAtMs + SPEECH_JOB_SECONDS * 1_000).toISOString(),
  };
  if (typeof outcome === "string") return { ...base, status: outcome };
  if ("code" in outcome) return { ...base, status: "failed", code: outcome.code };
  return { ...base, status: "succeeded", audio: `/tts/${jobId}/audio`, bytes: totalBytes(outcome.parts) };
}

function totalBytes(parts: readonly number[]): number {
  return parts.reduce((sum, bytes) => sum + bytes, 0);
}
