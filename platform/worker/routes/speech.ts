import { canonicalJson } from "#base/canonical-json";
import { sha256Hex } from "#base/digest";
import { toPlatformError } from "#base/errors";
import type { RequestContext } from "#http/request-context";
import { defineRoute, type Route } from "#http/route";
import { describeThrown } from "#observability/logger";
import { openAiSpeechSchema, toSpeechRequest } from "#openai/speech-request";
import { type ChosenVoice, chooseVoice } from "#speech/choose-voice";
import { setWavLength } from "#speech/join-audio";
import { type SpeechRequest, speechRequestSchema } from "#speech/speech-request";
import { AUDIO_TYPES, synthesizeSpeech } from "#speech/synthesize-speech";
import type { Services } from "#worker/services";

/** `POST /tts`: says a text. The audio comes while it is made, or whole. */
const ttsRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/tts",
    operationId: "synthesizeSpeech",
    summary: "Say a text: audio, streamed while it is made",
    tag: "speech",
    access: "tts",
    body: speechRequestSchema,
    bodyLimit: "standard",
    countsItself: true,
    contentType: "audio/mpeg",
  },
  async (context, { body: { streaming, ...request } }) => {
    const { audio, voice } = await speak(context, request);
    return answer(voice, streaming ? audio : await whole(voice, audio));
  },
);

/** `POST /v1/audio/speech`: the same for OpenAI's clients. */
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
    const { audio, voice } = await speak(context, toSpeechRequest(body));
    return answer(voice, audio);
  },
);

/** Whoever has no speech is told so before anything of the request is looked at. */
export const speechRoutes: readonly Route<Services>[] = [ttsRoute, openAiSpeechRoute].map((route) => ({
  ...route,
  async handle(context, raw) {
    context.services.speech(context.tenant, context.count);
    return route.handle(context, raw);
  },
}));

async function speak(
  context: RequestContext<Services>,
  request: SpeechRequest,
): Promise<{ audio: ReadableStream<Uint8Array>; voice: ChosenVoice }> {
  const { tenant, services, principal, traceId, route } = context;
  const speech = services.speech(tenant, context.count);
  const voice = chooseVoice(tenant, speech.provider, request);
  const startedMs = services.clock.nowMs();
  const onEnd = (failure: unknown): void => context.waitUntil(record(context, request, startedMs, failure));
  const call = { traceId, route, principalId: principal.id, signal: context.request.signal };
  return { audio: await synthesizeSpeech(tenant.tenantId, speech, { text: request.text, voice, onEnd }, call), voice };
}

/** Writes what was said into the audit log: by whom and how it ended, of the text a digest. */
async function record(
  { tenant, services, principal, traceId, log }: RequestContext<Services>,
  request: SpeechRequest,
  startedMs: number,
  failure: unknown,
): Promise<void> {
  const atMs = services.clock.nowMs();
  try {
    await services.audit.append(tenant.tenantId, {
      ...{ atMs, traceId, principal: principal.id, tool: "text_to_speech", door: "speech", taint: "none" },
      argumentsSha256: await sha256Hex(canonicalJson(request)),
      durationMs: atMs - startedMs,
      ...(failure === undefined ? { outcome: "ok" } : { outcome: "failed", code: toPlatformError(failure).code }),
    });
  } catch (error) {
    log.log("error", "audit_failed", { tenantId: tenant.tenantId, dependency: "d1", error: describeThrown(error) });
  }
}

async function whole({ format }: ChosenVoice, audio: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const bytes = new Uint8Array(await new Response(audio).arrayBuffer());
  if (format === "wav") setWavLength(bytes);
  return bytes;
}

function answer({ format }: ChosenVoice, audio: ReadableStream<Uint8Array> | Uint8Array): Response {
  return new Response(audio, { headers: { "content-type": AUDIO_TYPES[format], "cache-control": "no-store" } });
}
