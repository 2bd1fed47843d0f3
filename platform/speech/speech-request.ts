import * as z from "#base/zod";

import { AUDIO_FORMATS } from "#speech/speech-provider";

/** Most characters of one request. */
export const MAX_SPEECH_CHARACTERS = 5_000;
/** A text of more characters that is not streamed is said by a job. */
export const JOB_CHARACTERS = 1_000;

export const spokenText = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(MAX_SPEECH_CHARACTERS),
    z.regex(/[\p{L}\p{N}]/u, { error: "must hold something to say: a letter or a digit" }),
  );
export const spokenSpeed = z.number().check(z.gte(0.25), z.lte(4));

/** The body of `POST /tts`. */
export const speechRequestSchema = z.strictObject({
  text: spokenText.check(z.describe("What to say.")),
  voice: z
    .optional(z.string().check(z.maxLength(100)))
    .check(z.describe("A voice of the model. Default: the tenant's.")),
  format: z.optional(z.enum(AUDIO_FORMATS)).check(z.describe("Default: the model's first.")),
  modelId: z.optional(z.string().check(z.maxLength(200))).check(z.describe("Default: the tenant's.")),
  speed: z
    ._default(spokenSpeed, 1)
    .check(z.describe("1 is the voice's own pace. Models that know no other refuse the rest.")),
  streaming: z
    ._default(z.boolean(), true)
    .check(
      z.describe(
        `\`true\`: the audio comes while it is made. \`false\`: it comes whole, and a text of more than ${JOB_CHARACTERS} characters becomes a job.`,
      ),
    ),
});

export type SpeechRequest = Readonly<Omit<z.output<typeof speechRequestSchema>, "streaming">>;
