import * as z from "#base/zod";

import { PlatformError } from "#base/errors";
import { AUDIO_FORMATS } from "#speech/speech-provider";
import { spokenSpeed, spokenText, type SpeechRequest } from "#speech/speech-request";

/** The body of `POST /v1/audio/speech` (platform.openai.com/docs/api-reference/audio/createSpeech). Other fields are ignored. */
export const openAiSpeechSchema = z.object({
  model: z.string().check(z.minLength(1), z.maxLength(200)),
  input: spokenText,
  voice: z.union([z.string().check(z.maxLength(100)), z.object({ id: z.string().check(z.maxLength(100)) })]),
  response_format: z.nullish(z.enum(AUDIO_FORMATS)),
  speed: z.nullish(spokenSpeed),
  stream_format: z.nullish(z.enum(["audio", "sse"])),
});

/** @throws PlatformError `invalid_request` for audio as events. */
export function toSpeechRequest(body: z.output<typeof openAiSpeechSchema>): SpeechRequest {
  const { model, input, voice, response_format: format, speed, stream_format: stream } = body;
  if (stream === "sse") {
    const message = 'must be "audio": the audio is sent as it is, while it is made';
    throw new PlatformError("invalid_request", `stream_format: ${message}`, {
      details: [{ field: "stream_format", message }],
    });
  }
  return {
    text: input,
    modelId: model,
    voice: typeof voice === "string" ? voice : voice.id,
    speed: speed ?? 1,
    ...(format == null ? {} : { format }),
  };
}
