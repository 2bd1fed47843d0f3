import * as z from "#base/zod";

import { toPlatformError } from "#base/errors";
import { envelope } from "#http/envelope";
import type { RequestContext } from "#http/request-context";
import { defineRoute, type Route } from "#http/route";
import { openAiSpeechSchema, toSpeechRequest } from "#openai/speech-request";
import { chooseVoice } from "#speech/choose-voice";
import { setWavLength } from "#speech/join-audio";
import { readSpeechAudio, readSpeechJob, speechJobSchema, type SpeechRun, submitSpeechJob } from "#speech/speech-jobs";
import { JOB_CHARACTERS, type SpeechRequest, speechRequestSchema } from "#speech/speech-request";
import { AUDIO_TYPES, synthesizeSpeech } from "#speech/synthesize-speech";
import { recordSpeech } from "#worker/record-speech";
import type { Services } from "#worker/services";

/** `POST /tts`: says a text. The audio comes while it is made, or whole; a long text that is wanted whole is a job's. */
const ttsRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/tts",
    operationId: "synthesizeSpeech",
    summary: "Say a text: audio, streamed while it is made. A long text that is not streamed becomes a job",
    tag: "speech",
    access: "tts",
    body: speechRequestSchema,
    bodyLimit: "standard",
    countsItself: true,
    accepted: speechJobSchema,
    contentType: "audio/mpeg",
  },
  async (context, { body: { streaming, ...request } }) => {
    const { tenant, services, traceId } = context;
    if (!streaming && request.text.length > JOB_CHARACTERS) {
      const { jobs, provider } = services.speech(tenant, context.count);
      const voice = chooseVoice(tenant, provider, request);
      const job = await submitSpeechJob(tenant.tenantId, jobs, { run: runOf(context, request), voice });
      return envelope(traceId, job, { status: 202, headers: { location: `/tts/${job.jobId}` } });
    }
    const { audio, format } = await speak(context, request);
    if (streaming) return answer(format, audio);
    const bytes = new Uint8Array(await new Response(audio).arrayBuffer());
    if (format === "wav") setWavLength(bytes, bytes.length);
    return answer(format, bytes);
  },
);

const ofJob = { method: "GET", tag: "speech", access: "tts", params: z.strictObject({ jobId: z.uuid() }) } as const;

/** `GET /tts/:jobId`: how far one's own job has come. */
const jobRoute = defineRoute<Services>()(
  {
    ...ofJob,
    path: "/tts/:jobId",
    operationId: "readSpeechJob",
    summary: "How far a job of speech has come, and where its audio is",
    response: speechJobSchema,
  },
  async ({ tenant, services, principal, traceId, count }, { params: { jobId } }) => {
    const { jobs } = services.speech(tenant, count);
    return envelope(traceId, await readSpeechJob(tenant.tenantId, jobs, { jobId, principalId: principal.id }));
  },
);

/** `GET /tts/:jobId/audio`: what one's own job has said. */
const jobAudioRoute = defineRoute<Services>()(
  {
    ...ofJob,
    path: "/tts/:jobId/audio",
    operationId: "readSpeechAudio",
    summary: "The audio of a job of speech that has succeeded",
    contentType: "audio/mpeg",
  },
  async ({ tenant, services, principal, count }, { params: { jobId } }) => {
    const { jobs } = services.speech(tenant, count);
    const asked = { jobId, principalId: principal.id };
    const { format, bytes, audio } = await readSpeechAudio(tenant.tenantId, jobs, asked);
    // The length goes with it: a player shows how long it is.
    return answer(format, audio.pipeThrough(new FixedLengthStream(bytes)));
  },
);

/** `POST /v1/audio/speech`: speech for OpenAI's clients. */
const openAiSpeechRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/v1/audio/speech",
    operationId: "createSpeech",
    summary: "OpenAI-compatible speech, streamed while it is made",
    tag: "openai",
    access: "tts",
    flag: "openaiApi",
    body: openAiSpeechSchema,
    bodyLimit: "standard",
    countsItself: true,
    contentType: "audio/mpeg",
  },
  async (context, { body }) => {
    const { audio, format } = await speak(context, toSpeechRequest(body));
    return answer(format, audio);
  },
);

/** Whoever has no speech is told so before anything of the request is looked at. */
export const speechRoutes: readonly Route<Services>[] = [ttsRoute, jobRoute, jobAudioRoute, openAiSpeechRoute].map(
  (route) => ({
    ...route,
    async handle(context, raw) {
      context.services.speech(context.tenant, context.count);
      return route.handle(context, raw);
    },
  }),
);

async function speak(
  context: RequestContext<Services>,
  request: SpeechRequest,
): Promise<{ audio: ReadableStream<Uint8Array>; format: string }> {
  const { tenant, services, route, log } = context;
  const speech = services.speech(tenant, context.count);
  const voice = chooseVoice(tenant, speech.provider, request);
  const run = runOf(context, request);
  const onEnd = (failure: unknown): void => {
    const code = failure === undefined ? undefined : toPlatformError(failure).code;
    context.waitUntil(recordSpeech(tenant.tenantId, { audit: services.audit, log }, run, code));
  };
  const call = { ...run, route, signal: context.request.signal };
  const audio = await synthesizeSpeech(tenant.tenantId, speech, { text: request.text, voice, onEnd }, call);
  return { audio, format: voice.format };
}

function runOf({ services, principal, traceId }: RequestContext<Services>, request: SpeechRequest): SpeechRun {
  return { request, traceId, principalId: principal.id, startedMs: services.clock.nowMs() };
}

function answer(format: string, audio: ReadableStream<Uint8Array> | Uint8Array): Response {
  const type = AUDIO_TYPES.get(format) ?? "application/octet-stream";
  return new Response(audio, { headers: { "content-type": type, "cache-control": "no-store" } });
}
